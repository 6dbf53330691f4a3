import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { HandClock } from '../../../test/support/clock'
import { readHere } from '../../../test/support/kubeconfigs'
import { seeded } from '../../kernel/random'
import { silentLog } from '../../platform/log'
import { openStore, type Store } from '../../platform/store'
import { makeSites, type SitesService } from './service'

let folder: string
let store: Store
let sites: SitesService
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'takt-hanging-'))
  const opened = openStore(folder, { pid: process.pid, now: () => 1 })
  if (!opened.ok) throw new Error(opened.failure.code)
  store = opened.value
  execFileSync('mkfifo', [join(folder, 'pipe')])
  chmodSync(join(folder, 'pipe'), 0o755)
  mkdirSync(join(folder, 'folder'))
  const cluster = (more: string) => `{ server: "https://127.0.0.1:1"${more} }`
  const exec = (command: string) =>
    `{ exec: { apiVersion: client.authentication.k8s.io/v1, command: ${command} } }`
  writeFileSync(
    join(folder, 'config'),
    `clusters:
- { name: plain, cluster: ${cluster('')} }
- { name: zero, cluster: ${cluster(', certificate-authority: /dev/zero')} }
users:
- { name: pipe, user: ${exec('./pipe')} }
- { name: folder, user: ${exec('./folder')} }
- { name: token, user: { tokenFile: pipe } }
- { name: key, user: { client-certificate: pipe, client-key: pipe } }
contexts:
- { name: runs-pipe, context: { cluster: plain, user: pipe } }
- { name: runs-folder, context: { cluster: plain, user: folder } }
- { name: endless-authority, context: { cluster: zero, user: token } }
- { name: pipe-as-token, context: { cluster: plain, user: token } }
- { name: pipe-as-key, context: { cluster: plain, user: key } }
`,
  )
  sites = makeSites({
    kubeconfigs: readHere,
    clock: new HandClock(),
    random: seeded(1),
    log: silentLog,
    kinds: [],
    settings: store.settings,
    env: { PATH: '/usr/bin:/bin' },
    places: () => [{ path: join(folder, 'config'), asked: true }],
    plant: undefined,
  })
})
afterEach(async () => {
  await sites.close()
  store.close()
  rmSync(folder, { recursive: true, force: true })
})

test('contexts whose programs are pipes and folders are listed beside the others', () => {
  const { contexts, unreadable } = sites.contexts()
  expect(contexts).toHaveLength(5)
  expect(unreadable).toEqual([])
})

test.each([
  ['endless-authority', 'KUBECONFIG_UNREADABLE'],
  ['pipe-as-token', 'KUBECONFIG_UNREADABLE'],
  ['pipe-as-key', 'KUBECONFIG_UNREADABLE'],
  ['runs-pipe', /PLUGIN_/],
  ['runs-folder', /PLUGIN_/],
])('connecting %s is refused at once with a typed failure', async (site, code) => {
  const first = await sites.connect({ site })
  if (first.ok) throw new Error('it connected')
  const { hash } = first.failure.data as { hash?: string }
  const last = hash === undefined ? first : await sites.connect({ site, consentToHash: hash })
  expect(last.ok ? '' : last.failure.code).toMatch(code)
})
