import { expect, test } from 'vitest'
import { DEFAULT_SETTINGS } from '../../../preload/contract/system'
import { failure } from '../../../preload/contract/failures'
import { fail } from '../../kernel/outcome'
import { silentLog } from '../../platform/log'
import { noVault } from '../../platform/secrets/vault'
import { AddressSecrets } from '../../platform/secrets/address-secrets'
import { memorySettings } from '../../../test/support/settings'
import { makeSettings } from './service'

const addresses = new AddressSecrets({ vault: noVault, settings: memorySettings() })

test('changes are kept and told, and what was not changed stays', () => {
  let stored: unknown = { theme: 'dark' }
  const settings = makeSettings({
    file: {
      read: () => stored,
      write: (value) => {
        stored = value
      },
    },
    log: silentLog,
    addresses,
  })
  let told = 0
  settings.onChange(() => told++)
  expect(settings.set({ density: 'roomy', person: undefined })).toEqual({
    ok: true,
    value: { ...DEFAULT_SETTINGS, theme: 'dark', density: 'roomy' },
  })
  expect(told).toBe(1)
  expect(
    makeSettings({
      file: { read: () => stored, write: () => undefined },
      log: silentLog,
      addresses,
    }).get().density,
  ).toBe('roomy')
})

test('one unreadable value does not cost the others', () => {
  const settings = makeSettings({
    file: { read: () => ({ theme: 'purple', kubeconfigPaths: ['/a'] }), write: () => undefined },
    log: silentLog,
    addresses,
  })
  expect(settings.get()).toEqual({ ...DEFAULT_SETTINGS, kubeconfigPaths: ['/a'] })
})

test('what could not be written is not pretended', () => {
  const settings = makeSettings({
    file: { read: () => undefined, write: () => fail(failure('STORE_FULL', { file: '/x' })) },
    log: silentLog,
    addresses,
  })
  expect(settings.set({ theme: 'dark' })).toMatchObject({
    ok: false,
    failure: { code: 'STORE_FULL' },
  })
  expect(settings.get().theme).toBe('system')
})

test('a password in the address of the proxy is neither written nor shown, and one written by an earlier version is taken out', () => {
  let stored: unknown = { proxy: 'http://mara:hunter2@proxy:3128' }
  const secrets = new AddressSecrets({ vault: noVault, settings: memorySettings() })
  const settings = makeSettings({
    file: {
      read: () => stored,
      write: (value) => {
        stored = value
      },
    },
    log: silentLog,
    addresses: secrets,
  })
  expect(JSON.stringify([stored, settings.get()])).not.toContain('hunter2')
  expect(secrets.full('proxy', settings.get().proxy)).toBe('http://mara:hunter2@proxy:3128')
  settings.set({ proxy: 'http://mara:hunter3@proxy:3128' })
  expect(JSON.stringify([stored, settings.get()])).not.toContain('hunter3')
  settings.set({ theme: 'dark' })
  expect(secrets.full('proxy', settings.get().proxy)).toBe('http://mara:hunter3@proxy:3128')
})
