import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { noOrdinaryUser, programForNobody } from '../../../test/support/as-nobody'
import { openFolder, scratchFolders } from './testing/folders'

const folders = scratchFolders()
afterEach(() => folders.clear())
const modeOf = (path: string) => statSync(path).mode & 0o777

test('nobody else may look into a store, whatever was there before', () => {
  const folder = join(folders.make(), 'store')
  mkdirSync(folder, { mode: 0o755 })
  chmodSync(folder, 0o777)
  writeFileSync(join(folder, 'takt.log'), 'a line', { mode: 0o644 })
  const store = openFolder(folder)
  store.settings.set('kept', 'yes')
  expect(modeOf(folder)).toBe(0o700)
  for (const name of readdirSync(folder))
    expect([name, modeOf(join(folder, name))]).toEqual([name, 0o600])
  store.close()
})

test('a store that may only be read works read-only and says so', async ({ skip }) => {
  const lacking = noOrdinaryUser()
  if (lacking) return skip(lacking)
  const folder = folders.make()
  const store = openFolder(folder)
  store.settings.set('kept', 'yes')
  store.close()
  chmodSync(folder, 0o555)
  chmodSync(join(folder, 'takt.db'), 0o444)
  const program = await programForNobody(
    fileURLToPath(new URL('testing/read-only-child.ts', import.meta.url)),
  )
  try {
    expect(JSON.parse(await program.run(folder))).toEqual({
      writable: false,
      read: 'yes',
      written: {
        ok: false,
        failure: { code: 'STORE_READ_ONLY', data: { file: join(folder, 'takt.db') } },
      },
    })
  } finally {
    program.remove()
    chmodSync(folder, 0o700)
  }
})
