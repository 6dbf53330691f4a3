import { describe, expect, test } from 'vitest'
import type { Member } from '../../../../preload/contract/records/project'
import { isActive, whyRefused } from './account'
import { changedMembers, inverse, titleOf } from './members'
import { attributesOf, nearness, withoutPrefix, withPrefix } from './names'

const eve: Member = { kind: 'User', name: 'eve', role: 'engineer' }
const readers: Member = { kind: 'Group', name: 'readers', role: 'analyst' }

describe('members', () => {
  test.each<[why: string, changes: Parameters<typeof changedMembers>[1], after: Member[]]>([
    [
      'somebody new comes last',
      [{ kind: 'User', name: 'otto', role: 'analyst' }],
      [eve, readers, { kind: 'User', name: 'otto', role: 'analyst' }],
    ],
    [
      'a new role is given in place',
      [{ kind: 'User', name: 'eve', role: 'lead' }],
      [{ ...eve, role: 'lead' }, readers],
    ],
    [
      'a group of the same name is somebody else',
      [{ kind: 'Group', name: 'eve', role: 'lead' }],
      [eve, readers, { kind: 'Group', name: 'eve', role: 'lead' }],
    ],
    ['who is removed is gone', [{ kind: 'Group', name: 'readers' }], [eve]],
    ['who is not there needs no removing', [{ kind: 'User', name: 'nils' }], [eve, readers]],
  ])('%s, and twice is as once', (_why, changes, after) => {
    const once = changedMembers([eve, readers], changes)
    expect(once).toEqual(after)
    expect(changedMembers(once, changes)).toEqual(after)
  })
  test('every change can be taken back', () => {
    const changes = [
      { kind: 'User' as const, name: 'eve' },
      { kind: 'Group' as const, name: 'readers', role: 'lead' as const },
      { kind: 'User' as const, name: 'otto', role: 'analyst' as const },
    ]
    const after = changedMembers([eve, readers], changes)
    expect(
      changedMembers(after, inverse([eve, readers], changes)).toSorted((a, b) =>
        a.name.localeCompare(b.name),
      ),
    ).toEqual([eve, readers])
  })
  test('a title names what happens to whom', () => {
    expect(
      titleOf(
        'wear',
        [eve],
        [
          { kind: 'User', name: 'otto', role: 'lead' },
          { kind: 'User', name: 'eve' },
        ],
      ),
    ).toBe('Add otto to wear, remove eve from wear')
    expect(
      titleOf(
        'wear',
        [],
        ['a', 'b', 'c', 'd', 'e'].map((name) => ({
          kind: 'User' as const,
          name,
          role: 'lead' as const,
        })),
      ),
    ).toBe('Add a, b, c and 2 more to wear')
  })
})

describe('accounts', () => {
  test.each<[why: string, attributes: Record<string, string>, active: boolean]>([
    ['says nothing', {}, true],
    ['is a usual account', { userAccountControl: '512' }, true],
    ['is switched off', { userAccountControl: '514' }, false],
    ['is switched off and needs no password', { userAccountControl: '546' }, false],
    ['is locked for good', { pwdAccountLockedTime: '000001010000Z' }, false],
    ['was locked for a while', { pwdAccountLockedTime: '20260101000000Z' }, true],
    ['is locked in 389', { nsAccountLock: 'TRUE' }, false],
  ])('one that %s', (_why, attributes, active) => expect(isActive(attributes)).toBe(active))
  test.each([
    [
      '80090308: LdapErr: DSID-0C09044E, comment: AcceptSecurityContext error, data 52e, v2580',
      'name or password is wrong',
    ],
    ['AcceptSecurityContext error, data 775, v2580', 'the account is locked'],
    ['AcceptSecurityContext error, data 773, v2580', 'the password has to be changed first'],
    ['Invalid credentials', 'name or password is wrong'],
  ])('a refusal %s means that %s', (message, says) => expect(whyRefused(message)).toBe(says))
})

describe('names', () => {
  const prefixed = { userPrefix: 'oidc:', groupPrefix: 'corp-' }
  test('prefixes go on and off, and what has none is not of this directory', () => {
    expect(withPrefix('User', 'eve', prefixed)).toBe('oidc:eve')
    expect(withoutPrefix('User', 'oidc:eve', prefixed)).toBe('eve')
    expect(withoutPrefix('Group', 'corp-ml', prefixed)).toBe('ml')
    for (const name of ['eve', 'oidc:', 'system:masters'])
      expect(withoutPrefix('User', name, prefixed)).toBeUndefined()
    expect(
      withoutPrefix('Group', 'system:authenticated', { userPrefix: '', groupPrefix: '' }),
    ).toBeUndefined()
  })
  test('each flavour has its usual attribute, unless another is set', () => {
    expect(attributesOf({ flavour: 'active-directory' })).toEqual({
      user: 'sAMAccountName',
      group: 'cn',
    })
    expect(attributesOf({ flavour: 'openldap', userAttribute: 'mail' })).toEqual({
      user: 'mail',
      group: 'cn',
    })
  })
  test('the whole name is nearer than its beginning, and that nearer than a part', () => {
    const near = (text: string) =>
      nearness(text, { name: 'otto', title: 'Otto Berg', mail: 'otto.berg@takt.test' })
    expect([near('OTTO'), near('ott'), near('ber'), near('erg')]).toEqual([0, 1, 2, 3])
    expect(nearness('vision', { name: 'oidc:vision', title: 'oidc:vision' })).toBe(2)
  })
})
