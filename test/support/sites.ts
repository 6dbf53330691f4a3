import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import { makeSites, type SitesService } from '../../main/capabilities/sites/service'
import { seeded } from '../../main/kernel/random'
import { silentLog } from '../../main/platform/log'
import { openStore, type Store } from '../../main/platform/store'
import { HandClock } from './clock'
import { readHere } from './kubeconfigs'
import { startSmallCluster, type SmallCluster } from './small-cluster'

/** Sites of somebody with a home folder of their own, whose kubeconfig names one context, rack; made anew before each test. */
export function sitesAtHome(begin: (fresh: { clock: HandClock; store: Store }) => void) {
  const undo: (() => unknown)[] = []
  let folder: string
  let store: Store
  let clock: HandClock
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'takt-connecting-'))
    const opened = openStore(join(folder, 'store'), { pid: process.pid, now: () => 1 })
    if (!opened.ok) throw new Error(opened.failure.code)
    store = opened.value
    clock = new HandClock(Math.floor(Date.now() / 1000) * 1000)
    begin({ clock, store })
  })
  afterEach(async () => {
    for (const step of undo.splice(0).reverse()) await step()
    store.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const at = (path: string) => join(folder, path)
  return {
    /** What is done after the test, the last first. */
    undo,
    at,
    async cluster(accept: SmallCluster['accept']) {
      const started = await startSmallCluster(accept)
      undo.push(started.close)
      return started
    },
    kubeconfig(server: string, user: string): string {
      writeFileSync(
        at('config'),
        `clusters: [{ name: rack, cluster: { server: "${server}" } }]\nusers: [{ name: ada, user: ${user} }]\ncontexts: [{ name: rack, context: { cluster: rack, user: ada } }]\n`,
      )
      return at('config')
    },
    open(env: Record<string, string> = {}): SitesService {
      const sites = makeSites({
        kubeconfigs: readHere,
        clock,
        random: seeded(1),
        log: silentLog,
        kinds: [],
        settings: store.settings,
        env: { HOME: folder, PATH: `${folder}:/usr/bin:/bin`, ...env },
        places: () => [{ path: at('config'), asked: false }],
        plant: undefined,
      })
      undo.push(() => sites.close())
      return sites
    },
    state: (sites: SitesService, id = 'rack') => sites.states().find((site) => site.id === id),
  }
}
