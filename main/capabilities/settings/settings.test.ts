import { expect, test } from 'vitest'
import { DEFAULT_SETTINGS } from '../../../preload/contract/system'
import { failure } from '../../../preload/contract/failures'
import { fail } from '../../kernel/outcome'
import { silentLog } from '../../platform/log'
import { makeSettings } from './service'

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
  })
  let told = 0
  settings.onChange(() => told++)
  expect(settings.set({ density: 'roomy', person: undefined })).toEqual({
    ok: true,
    value: { ...DEFAULT_SETTINGS, theme: 'dark', density: 'roomy' },
  })
  expect(told).toBe(1)
  expect(
    makeSettings({ file: { read: () => stored, write: () => undefined }, log: silentLog }).get()
      .density,
  ).toBe('roomy')
})

test('one unreadable value does not cost the others', () => {
  const settings = makeSettings({
    file: { read: () => ({ theme: 'purple', kubeconfigPaths: ['/a'] }), write: () => undefined },
    log: silentLog,
  })
  expect(settings.get()).toEqual({ ...DEFAULT_SETTINGS, kubeconfigPaths: ['/a'] })
})

test('what could not be written is not pretended', () => {
  const settings = makeSettings({
    file: { read: () => undefined, write: () => fail(failure('STORE_FULL', { file: '/x' })) },
    log: silentLog,
  })
  expect(settings.set({ theme: 'dark' })).toMatchObject({
    ok: false,
    failure: { code: 'STORE_FULL' },
  })
  expect(settings.get().theme).toBe('system')
})
