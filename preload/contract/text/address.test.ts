import { expect, test } from 'vitest'
import {
  fullAddress,
  hasDots,
  plainAddress,
  shownAddress,
  shownServer,
  splitAddress,
} from './address'

test.each([
  ['http://proxy:3128', 'http://proxy:3128', undefined],
  ['http://mara:hunter2@proxy:3128', 'http://••••@proxy:3128', 'mara:hunter2'],
  ['socks5://mara:p@ss@proxy:1080/x', 'socks5://••••@proxy:1080/x', 'mara:p@ss'],
  ['https://token@git.example/a.git', 'https://••••@git.example/a.git', 'token'],
  ['ldap://cn=a:b@host', 'ldap://••••@host', 'cn=a:b'],
  ['//u:p@host', '//••••@host', 'u:p'],
  ['http://u:p@', 'http://••••@', 'u:p'],
  ['http://••••@proxy:3128', 'http://••••@proxy:3128', undefined],
  ['https://host/path@x', 'https://host/path@x', undefined],
  ['ssh://git@github.com/team/repo.git', 'ssh://git@github.com/team/repo.git', undefined],
  ['ssh://git:pw@h/x', 'ssh://••••@h/x', 'git:pw'],
  ['git@github.com:team/repo.git', 'git@github.com:team/repo.git', undefined],
])('%s', (address, shown, userinfo) => {
  expect(splitAddress(address)).toEqual({ shown, userinfo })
  if (userinfo !== undefined) expect(fullAddress(shown, userinfo)).toBe(address)
})
test('dots without what they stand for are left out', () => {
  expect(plainAddress('git+https://ada:secret@git.example/a.git@v1')).toBe(
    'git+https://git.example/a.git@v1',
  )
  expect(plainAddress('ssh://git@git.example/a.git')).toBe('ssh://git@git.example/a.git')
  expect(hasDots(shownAddress('http://a:b@h'))).toBe(true)
  expect(fullAddress('http://••••@h:1', undefined)).toBe('http://h:1')
})

test.each([
  ['https://rack:6443', 'https://rack:6443'],
  ['https://a:b@rack:6443/path?token=secret#x', 'https://••••@rack:6443/path?…'],
  ['https://rack#token', 'https://rack?…'],
])('the server %s is shown as %s', (server, shown) => expect(shownServer(server)).toBe(shown))
