import { expect, test } from 'vitest'
import type { LdapSettings } from '../../../preload/contract/people'
import { succeed } from '../../kernel/outcome'
import type { Vault } from '../../platform/secrets/vault'
import { makeAccount } from './account'

const settings: LdapSettings = {
  kind: 'ldap',
  url: 'ldaps://dc.example',
  startTls: true,
  flavour: 'openldap',
  baseDn: 'dc=example',
  bindName: 'uid=eve',
  userPrefix: '',
  groupPrefix: '',
}
const sealing: Vault = {
  backend: 'test',
  keeps: true,
  encrypt: (text) => Promise.resolve(Buffer.from(text).reverse().toString('hex')),
  decrypt: (text) => Promise.resolve(Buffer.from(text, 'hex').reverse().toString()),
}
function aStore() {
  const kept = new Map<string, unknown>()
  return {
    kept,
    settings: {
      get: (key: string) => kept.get(key),
      set: (key: string, value: unknown) => {
        kept.set(key, value)
        return succeed(undefined)
      },
      remove: (key: string) => {
        kept.delete(key)
        return succeed(undefined)
      },
    },
  }
}

test('a password that was to be kept is found by the next start, and lies encrypted', async () => {
  const store = aStore()
  const first = makeAccount({ settings: store.settings, vault: sealing })
  first.choose(settings)
  await first.remember(settings, 'open sesame', true)
  expect(JSON.stringify([...store.kept])).not.toContain('open sesame')
  const second = makeAccount({ settings: store.settings, vault: sealing })
  expect(second.where(settings)).toBe('vault')
  expect(await second.password(settings)).toEqual({ ok: true, value: 'open sesame' })
})

test('it is never given to another server or another name', async () => {
  const store = aStore()
  const account = makeAccount({ settings: store.settings, vault: sealing })
  account.choose(settings)
  await account.remember(settings, 'open sesame', true)
  for (const other of [
    { ...settings, url: 'ldaps://evil.example' },
    { ...settings, bindName: 'uid=otto' },
  ]) {
    expect(await account.password(other)).toMatchObject({
      ok: false,
      failure: { code: 'DIRECTORY_SIGN_IN_NEEDED' },
    })
  }
  account.choose({ ...settings, url: 'ldaps://evil.example' })
  account.choose(settings)
  expect(account.where(settings)).toBe('none')
})

test('a machine that cannot encrypt keeps it in memory and says that it refused', async () => {
  const store = aStore()
  const account = makeAccount({
    settings: store.settings,
    vault: {
      backend: 'plain',
      keeps: false,
      encrypt: () => Promise.resolve(undefined),
      decrypt: () => Promise.resolve(undefined),
    },
  })
  account.choose(settings)
  expect(await account.remember(settings, 'open sesame', true)).toMatchObject({
    ok: false,
    failure: { code: 'VAULT_REFUSED' },
  })
  expect(account.where(settings)).toBe('memory')
  expect(JSON.stringify([...store.kept])).not.toContain('open sesame')
})

test('signing in without keeping forgets what was kept before', async () => {
  const store = aStore()
  const account = makeAccount({ settings: store.settings, vault: sealing })
  account.choose(settings)
  await account.remember(settings, 'old', true)
  await account.remember(settings, 'new', false)
  expect(account.where(settings)).toBe('memory')
  account.forget()
  expect(await account.password(settings)).toMatchObject({ ok: false })
})
