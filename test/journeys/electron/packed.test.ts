import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  flipFuses,
  FuseState,
  FuseV1Options,
  FuseVersion,
  getCurrentFuseWire,
} from '@electron/fuses'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { findElectron, startDisplay } from '../../support/electron/launch'

const root = fileURLToPath(new URL('../../..', import.meta.url))
interface Builder {
  asar?: boolean
  electronFuses: Record<string, boolean>
  mac: { hardenedRuntime: boolean }
}
const builder = parse(
  readFileSync(join(root, 'resources/build/electron-builder.yml'), 'utf8'),
) as Builder
/** What electron-builder calls each fuse, and which it is. */
const FUSES: Record<string, FuseV1Options> = {
  runAsNode: FuseV1Options.RunAsNode,
  enableCookieEncryption: FuseV1Options.EnableCookieEncryption,
  enableNodeOptionsEnvironmentVariable: FuseV1Options.EnableNodeOptionsEnvironmentVariable,
  enableNodeCliInspectArguments: FuseV1Options.EnableNodeCliInspectArguments,
  enableEmbeddedAsarIntegrityValidation: FuseV1Options.EnableEmbeddedAsarIntegrityValidation,
  onlyLoadAppFromAsar: FuseV1Options.OnlyLoadAppFromAsar,
  loadBrowserProcessSpecificV8Snapshot: FuseV1Options.LoadBrowserProcessSpecificV8Snapshot,
  grantFileProtocolExtraPrivileges: FuseV1Options.GrantFileProtocolExtraPrivileges,
}
/** Those that a packed app must never be without. */
const SAFE = {
  runAsNode: false,
  enableCookieEncryption: true,
  enableNodeOptionsEnvironmentVariable: false,
  enableNodeCliInspectArguments: false,
  enableEmbeddedAsarIntegrityValidation: true,
  onlyLoadAppFromAsar: true,
  loadBrowserProcessSpecificV8Snapshot: false,
  grantFileProtocolExtraPrivileges: false,
}

describe('what is packed', () => {
  test('has every fuse that is known set to its safe state, in an archive whose integrity is checked', () => {
    expect(builder.electronFuses).toEqual(SAFE)
    expect(Object.keys(FUSES).sort()).toEqual(Object.keys(SAFE).sort())
    // The archive is what macOS and Windows check: without it there would be nothing to check.
    expect(builder.asar).toBe(true)
    expect(builder.mac.hardenedRuntime).toBe(true)
  })
})

const found = findElectron()
const lacks =
  'missing' in found
    ? found.missing
    : existsSync(join(found.dist, 'electron'))
      ? undefined
      : 'no binary of Linux'
describe.skipIf(lacks !== undefined)(
  `a copy of the test runtime with these fuses${lacks ? ` (skipped: ${lacks})` : ''}`,
  () => {
    let folder: string
    let binary: string
    let unknown: string[] = []
    let display: Awaited<ReturnType<typeof startDisplay>>
    const beside = { before: '' }
    /** Whether an app that was put into the folder of resources, as files, is run. */
    const ranBeside = () => {
      const app = join(folder, 'resources/app')
      mkdirSync(app, { recursive: true })
      writeFileSync(join(app, 'package.json'), '{"name":"beside","main":"main.js"}')
      writeFileSync(
        join(app, 'main.js'),
        "require('node:fs').writeFileSync(__dirname + '/ran', ''); process.exit(0)",
      )
      rmSync(join(app, 'ran'), { force: true })
      spawnSync(binary, ['--no-sandbox', '--disable-gpu'], {
        env: { PATH: process.env['PATH'], HOME: folder, DISPLAY: display?.display },
        timeout: 20_000,
        killSignal: 'SIGKILL',
      })
      return existsSync(join(app, 'ran')) ? 'ran' : 'did not run'
    }
    beforeAll(async () => {
      if ('missing' in found) return
      folder = mkdtempSync(join(tmpdir(), 'takt-packed-'))
      cpSync(found.dist, folder, { recursive: true })
      binary = join(folder, 'electron')
      display = await startDisplay()
      beside.before = ranBeside()
      // An older runtime has a shorter wire: the fuses it lacks are told instead of being passed over.
      const wire = await getCurrentFuseWire(binary)
      const has = (fuse: FuseV1Options) =>
        wire[fuse] !== undefined && wire[fuse] !== FuseState.REMOVED
      unknown = Object.keys(FUSES).filter((name) => !has(FUSES[name] as FuseV1Options))
      await flipFuses(binary, {
        version: FuseVersion.V1,
        ...Object.fromEntries(
          Object.entries(FUSES)
            .filter(([name]) => !unknown.includes(name))
            .map(([name, fuse]) => [fuse, builder.electronFuses[name]]),
        ),
      })
    })
    afterAll(() => {
      display?.stop()
      rmSync(folder, { recursive: true, force: true })
    })

    test('reads them back as they were set', async () => {
      const wire = await getCurrentFuseWire(binary)
      const read = Object.fromEntries(
        Object.entries(FUSES)
          .filter(([name]) => !unknown.includes(name))
          .map(([name, fuse]) => [name, wire[fuse] === FuseState.ENABLE]),
      )
      expect(read).toEqual(
        Object.fromEntries(Object.entries(SAFE).filter(([name]) => !unknown.includes(name))),
      )
      expect(unknown.filter((name) => name !== 'grantFileProtocolExtraPrivileges')).toEqual([])
    })
    test('is no Node for whoever asks for one', () => {
      const asNode = (program: string) =>
        spawnSync(program, ['-p', '"ran as " + "node"'], {
          env: { PATH: process.env['PATH'], ELECTRON_RUN_AS_NODE: '1', HOME: folder },
          encoding: 'utf8',
          timeout: 20_000,
        }).stdout
      expect(asNode('missing' in found ? '' : join(found.dist, 'electron'))).toContain(
        'ran as node',
      )
      expect(asNode(binary)).not.toContain('ran as node')
    })
    test('starts no app that lies beside its archive in a folder', () => {
      expect(beside.before).toBe('ran')
      expect(ranBeside()).toBe('did not run')
    })
  },
)
