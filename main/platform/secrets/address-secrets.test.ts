import { expect, test } from 'vitest'
import { memorySettings } from '../../../test/support/settings'
import { AddressSecrets } from './address-secrets'
import { noVault, type Vault } from './vault'

const turned = (text: string) => [...text].reverse().join('')
const keyring: Vault = {
  backend: 'test',
  keeps: true,
  encrypt: (text) => Promise.resolve(turned(text)),
  decrypt: (text) => Promise.resolve(turned(text)),
}
const ADDRESS = 'http://mara:hunter2@proxy:3128'

test('what was typed is shown as dots, used in full, and outlives the core where there is a keyring', async () => {
  const settings = memorySettings()
  const secrets = new AddressSecrets({ vault: keyring, settings })
  const shown = secrets.take('proxy', ADDRESS)
  expect(shown).toBe('http://••••@proxy:3128')
  expect(secrets.full('proxy', shown)).toBe(ADDRESS)
  await expect.poll(() => settings.kept.size).toBe(1)
  expect(JSON.stringify([...settings.kept])).not.toContain('hunter2')
  const later = new AddressSecrets({ vault: keyring, settings })
  await later.load()
  expect(later.full('proxy', shown)).toBe(ADDRESS)
})
test('saving the dots again keeps it, another path with it too; another host and an address without forget it', () => {
  const secrets = new AddressSecrets({ vault: noVault, settings: memorySettings() })
  const shown = secrets.take('proxy', ADDRESS)
  expect(secrets.full('proxy', secrets.take('proxy', shown))).toBe(ADDRESS)
  expect(secrets.full('proxy', secrets.take('proxy', 'http://••••@proxy:3128/x'))).toBe(
    'http://mara:hunter2@proxy:3128/x',
  )
  expect(secrets.full('proxy', 'http://••••@evil.example/')).toBe('http://evil.example/')
  expect(secrets.take('proxy', 'http://••••@evil.example/')).toBe('http://evil.example/')
  expect(secrets.full('proxy', shown)).toBe('http://proxy:3128')
})
test('without a keyring nothing is written', () => {
  const settings = memorySettings()
  new AddressSecrets({ vault: noVault, settings }).take('proxy', ADDRESS)
  expect(settings.kept.size).toBe(0)
})
