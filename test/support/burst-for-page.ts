import type {
  Approval,
  BurstJournal,
  BurstQueue,
  BurstQuote,
  BurstWorkload,
  JournalEntry,
  NotebookAsk,
} from '../../preload/contract/burst'
import type { Plan } from '../../preload/contract/operations'
import type { BurstPolicySpec } from '../../preload/contract/records/burst'
import { failure, type Failure } from '../../preload/contract/failures'
import { os, refusal } from '../../main/platform/contract'

const DAY = '2026-11-18'
export const at = (clock: string, day = DAY) => `${day}T${clock}:00Z`
const REF = { site: 'oslo', kind: 'TrainJob' as const, namespace: 'parcel-ocr', name: 'train-0412' }
const PRICE = {
  asOf: at('06:00'),
  source: 'AWS list prices',
  stale: false,
  says: 'prices of today 06:00',
}

/** The queued run that the screens are drawn with. */
export const aWorkload = (more: Partial<BurstWorkload> = {}): BurstWorkload => ({
  ref: REF,
  uid: 'u-0412',
  by: 'jonas.weber',
  project: 'parcel-ocr',
  team: 'Vision',
  costCentre: '4420',
  priority: { name: 'high', value: 1000 },
  gpus: { kind: 'NVIDIA-A100-SXM4-80GB', resource: 'nvidia.com/gpu', count: 8 },
  queue: 'vision-onprem',
  submittedAt: at('13:20'),
  waitedSeconds: 4320,
  dueAt: at('18:00'),
  position: 1,
  state: 'waiting',
  whyWaiting: 'no node has eight free',
  dataUri: 'lakefs://parcels/main@7c1e',
  estimate: {
    seconds: 9000,
    lowSeconds: 7500,
    highSeconds: 11_400,
    basis: 'user-name-gpus',
    from: 12,
    says: 'From 12 runs of the same name by Jonas Weber.',
  },
  checkpoint: 's3://ckpt/0412',
  decision: {
    job: 'parcel-ocr/train-0412',
    kind: 'go',
    reason: 'CannotStartInTime',
    binding: 'deadline',
    says: 'The building has no room before 16:40, and it is due 18:00.',
    pool: 'p4d-3',
    priceAgeSeconds: 30_720,
    budgetLeftUsd: 1188.4,
    stay: {
      startsAt: at('16:40'),
      finishes: { at: at('19:10'), earliest: at('18:25'), latest: at('20:03') },
      usd: 0,
      shipsGb: 0,
      shipSeconds: 0,
    },
    go: {
      startsAt: at('14:39'),
      finishes: { at: at('17:09'), earliest: at('16:48'), latest: at('17:35') },
      usd: 57.42,
      shipsGb: 38.2,
      shipSeconds: 240,
    },
  },
  ...more,
})
const budget = {
  scope: '4420',
  title: '4420 Vision',
  period: 'month' as const,
  capUsd: 2400,
  hard: true,
  spentUsd: 1115.6,
  committedUsd: 96,
  thisUsd: 57.42,
  leftUsd: 1130.98,
  owner: 'mara.lind',
}
const records = Array.from({ length: 40 }, (_, index) => ({
  job: `run-${index}`,
  at: at('10:00', `2026-10-${String(1 + (index % 28)).padStart(2, '0')}`),
  errorShare: Math.sin(index * 2.3) * (index % 6 === 0 ? 0.42 : 0.15),
  held: index % 6 !== 0,
}))
const forecasts = {
  records,
  held: 33,
  of: 40,
  p50: 0.08,
  p90: 0.2,
  says: '33 of 40 ended inside the 80 % band (shaded). Crosses fell outside.',
}

/** Staying and going of that run, as the planner would quote them. */
export function aQuote(more: Partial<BurstQuote> = {}): BurstQuote {
  const workload = more.workload ?? aWorkload()
  const { decision } = aWorkload()
  if (!decision?.go) throw new Error('the sample goes')
  return {
    ref: REF,
    quotedAt: at('14:32'),
    validUntil: at('14:37'),
    workload,
    decision,
    price: PRICE,
    mode: 'approve',
    policy: 'vision-2',
    others: [],
    cannotMove: [],
    loses: [],
    lossUsd: 0,
    stay: {
      ...decision.stay,
      site: 'oslo',
      where: 'a100-1',
      waitSeconds: 7680,
      runSeconds: 9000,
      usdLow: 0,
      usdHigh: 0,
      inTimeShare: 0.04,
      behind: 'call-intent',
      says: 'Starts when call-intent ends.',
    },
    go: {
      ...decision.go,
      site: 'aws-burst',
      where: 'p4d-3',
      waitSeconds: 420,
      runSeconds: 9000,
      usdLow: 50,
      usdHigh: 67,
      inTimeShare: 0.98,
      bootSeconds: 360,
      says: 'A p4d boots while data is shipped.',
    },
    savedSeconds: 7260,
    usdPerSavedHour: 28.47,
    limitUsdPerHour: 40,
    twoLines: {
      kind: 'TrainJob',
      name: 'train-0412',
      before:
        'metadata:\n  labels:\n    kueue.x-k8s.io/queue-name: vision-onprem\nspec:\n  initializer: { dataset: {\n    storageUri: lakefs://parcels/main@7c1e\n  } }\n',
      after:
        'metadata:\n  labels:\n    kueue.x-k8s.io/queue-name: vision-burst\nspec:\n  initializer: { dataset: {\n    storageUri: s3://takt-burst/parcels/7c1e\n  } }\n',
      changed: [
        {
          what: 'queue',
          path: 'metadata.labels',
          line: 3,
          from: 'vision-onprem',
          to: 'vision-burst',
        },
        {
          what: 'data',
          path: 'spec.initializer.dataset.storageUri',
          line: 6,
          from: 'lakefs://parcels/main@7c1e',
          to: 's3://takt-burst/parcels/7c1e',
        },
      ],
      lines: [
        { op: ' ', text: 'metadata:' },
        { op: ' ', text: '  labels:' },
        { op: '-', text: '    kueue.x-k8s.io/queue-name: vision-onprem' },
        { op: '+', text: '    kueue.x-k8s.io/queue-name: vision-burst' },
        { op: ' ', text: 'spec:' },
        { op: ' ', text: '  initializer: { dataset: {' },
        { op: '-', text: '    storageUri: lakefs://parcels/main@7c1e' },
        { op: '+', text: '    storageUri: s3://takt-burst/parcels/7c1e' },
        { op: ' ', text: '  } }' },
      ],
    },
    takes: [
      { what: 'Node time', stay: '2 h 30, owned', go: '2 h 36 × $21.96' },
      { what: 'Compute', stay: '$0.00', go: '$57.13' },
      { what: 'Storage and requests', stay: '$0.00', go: '$0.25' },
      { what: 'Results back, 0.4 GB', stay: '', go: '$0.04' },
      { what: 'Data to ship', stay: 'none', go: '38.2 of 512 GB' },
      { what: 'Link, measured 14:20', stay: '', go: '1.3 Gbit/s' },
      { what: 'Binding limit', stay: '8 whole A100', go: 'vCPU quota, 96 left' },
    ],
    reasons: [
      {
        good: true,
        title: 'It is worth it',
        says: '$28.47 per hour saved is under the $40 limit for Vision, priority high.',
      },
      {
        good: true,
        title: 'Staying would miss the due time',
        says: 'call-intent ends 16:38 (80 %: 16:20 to 17:05); no 8 whole A100 come free earlier.',
      },
      {
        good: true,
        title: 'The data may leave',
        says: 'parcels is class internal; allowed in eu-north-1. 474 GB are there since Monday.',
      },
      {
        good: true,
        title: 'Capacity is likely',
        says: 'p4d on demand: 19 of 20 starts in this zone worked this week. Next: eu-north-1b.',
      },
    ],
    budgets: [budget],
    forecasts,
    ifItFails: [
      'No p4d in any zone for 10 min: it returns to its place in oslo, cost under $1.',
      'Interrupted: on demand, so only by a node fault.',
      'Quote older than 5 min: Takt asks again.',
    ],
    act: { verb: 'approve', says: 'You approve as Mara Lind, lead of Vision' },
    ...more,
  }
}
export function aQueue(more: Partial<BurstQueue> = {}): BurstQueue {
  const own = aWorkload()
  const named = (name: string, other: Partial<BurstWorkload> = {}) =>
    aWorkload({ ref: { ...REF, kind: 'Job', name }, uid: name, ...other })
  const hold = own.decision && {
    ...own.decision,
    kind: 'hold' as const,
    reason: 'StartsInTime' as const,
    says: 'Starts in the building at 15:10.',
  }
  const refused = own.decision && {
    ...own.decision,
    kind: 'refuse' as const,
    reason: 'DataMayNotLeave' as const,
    says: 'Cannot go: the data source call-records may not leave oslo.',
    go: undefined,
  }
  const { go: _go, ...stays } = refused ?? { go: undefined }
  return {
    asOf: at('14:32'),
    site: 'oslo',
    to: 'aws-burst',
    mode: 'approve',
    stopped: false,
    policy: 'default',
    budgets: [budget],
    price: PRICE,
    steward: {
      state: 'here',
      holder: 'mara.lind',
      since: at('08:00'),
      says: 'This Takt acts since 08:00.',
    },
    queueing: 'kueue',
    left: [],
    planMillis: 4,
    workloads: [
      own,
      named('price-elastic', {
        by: 'tove.dahl',
        team: 'Pricing',
        position: 2,
        waitedSeconds: 2280,
        dueAt: undefined,
        ...(hold && { decision: hold }),
      }),
      named('voice-spoof', {
        by: 'emil.novak',
        team: 'Voice',
        position: 3,
        waitedSeconds: 600,
        ...(refused && { decision: stays as never }),
      }),
      named('call-intent', {
        by: 'aiko.tan',
        team: 'Voice',
        state: 'running',
        waitedSeconds: 0,
        startedAt: at('12:00'),
        endsAt: at('16:38'),
        decision: undefined,
      }),
      named('catalog-dedupe', {
        by: 'chen.wu',
        team: 'Search',
        state: 'away',
        startedAt: at('13:40'),
        endsAt: at('17:20'),
        decision: undefined,
        away: {
          site: 'aws-burst',
          namespace: 'catalog-dedupe',
          name: 'catalog-dedupe',
          since: at('13:30'),
          says: 'Its copy catalog-dedupe runs on aws-burst; the original is kept suspended.',
        },
      }),
    ],
    changes: [
      {
        job: 'parcel-ocr/train-0412',
        from: 'hold',
        to: 'go',
        says: 'Was: starts at 15:10. Now: no room before 16:40. Because call-intent runs longer.',
      },
    ],
    ...more,
  }
}
export const aPolicy = (more: Partial<BurstPolicySpec> = {}): BurstPolicySpec => ({
  title: 'Vision first',
  mode: 'approve',
  waiting: [
    { team: 'Vision', priority: 'high', usdPerHour: 40 },
    { team: '', usdPerHour: 12 },
  ],
  keepDeadlines: true,
  caps: [{ scope: 'costCentre', name: '4420', period: 'month', capUsd: 2400, hard: true }],
  weights: [],
  oldestPriceHours: 24,
  spot: false,
  ...more,
})
const entry = (index: number): JournalEntry => ({
  id: `e-${index}`,
  at: at(`1${index % 4}:0${index % 10}`),
  ref: { ...REF, name: `train-0${400 + index}` },
  by: index % 3 === 0 ? 'mara.lind' : 'planner',
  mode: 'approve',
  kind: index % 3 === 0 ? 'go' : 'hold',
  ...(index % 3 === 0 && { pool: 'p4d-3' }),
  says: index % 3 === 0 ? 'No room before it is due.' : 'Starts in time.',
  predicted: {
    startsAt: at('12:00'),
    finishes: { at: at('15:00'), earliest: at('14:30'), latest: at('15:50') },
    usd: index % 3 === 0 ? 57.42 : 0,
  },
  ...(index > 2 && {
    actual: {
      startedAt: at('12:04'),
      endedAt: at('15:11'),
      usd: index % 3 === 0 ? 61.1 : 0,
      place: 'cloud' as const,
      outcome: 'complete' as const,
    },
    errorShare: 0.06,
    held: true,
  }),
})
export const aJournal = (more: Partial<BurstJournal> = {}): BurstJournal => ({
  entries: Array.from({ length: 12 }, (_, index) => entry(index)),
  forecasts,
  calibration: [0.1, 0.3, 0.5, 0.7, 0.9].map((said, index) => ({
    said,
    was: [0.12, 0.27, 0.52, 0.74, 0.88][index] ?? said,
    of: 40,
  })),
  usd: { predicted: 402.1, actual: 418.9, of: 7 },
  ...more,
})
export const anApproval = (): Approval => ({
  ref: REF,
  by: 'jonas.weber',
  at: at('14:30'),
  proposedBy: 'person',
  note: 'Demo on Thursday.',
  usd: 57.42,
  savedSeconds: 7260,
  workload: aWorkload(),
  lines: aQuote().twoLines?.lines ?? [],
  budgets: [budget],
  says: 'Staying would end at 19:10, after it is due.',
})
/** Somebody asks to move a notebook. */
export const aNotebookAsk = (): NotebookAsk => ({
  site: 'oslo',
  namespace: 'route-eta',
  name: 'route-eta-nb',
  by: 'nora.haugen',
  at: at('13:05'),
  pool: 'g6e-12xlarge-a',
  usdPerHour: 10.49,
})
export const aPlan = (more: Partial<Plan> = {}): Plan => ({
  id: 'plan-1',
  kind: 'burst-move',
  title: 'Move train-0412 to aws-burst',
  verb: 'Approve and go',
  site: 'oslo',
  subject: { kind: 'TrainJob', name: 'train-0412', namespace: 'parcel-ocr' },
  as: 'mara.lind',
  madeAt: new Date().toISOString(),
  expiresAt: new Date(Date.now() + 300_000).toISOString(),
  price: {
    usdPerHour: 21.96,
    usdInAll: 57.42,
    basis: 'p4d.24xlarge on demand, 2 h 36',
    book: 'AWS list prices, today 06:00',
  },
  time: { seconds: 420, says: 'the copy starts when its node is up' },
  changes: [
    {
      op: 'create',
      apiVersion: 'trainer.kubeflow.org/v1alpha1',
      kind: 'TrainJob',
      name: 'train-0412',
      namespace: 'parcel-ocr',
      lines: aQuote().twoLines?.lines ?? [],
    },
  ],
  dryRun: { result: 'passed', says: [] },
  permissions: [],
  quotas: [],
  risks: ['No p4d in any zone: it returns to its place.'],
  choices: [],
  steps: [
    { id: 'ship', title: 'Ship what is missing', promiseSeconds: 240 },
    { id: 'copy', title: 'Start the copy', promiseSeconds: 360 },
  ],
  blockedBy: [],
  undo: 'Puts the same two lines back.',
  ...more,
})

/** What the burst screens are told; a test moves it while the page is open. */
export interface BurstWorld {
  quote: BurstQuote | Failure
  queue: BurstQueue | Failure
  approvals: Approval[]
  policy: { spec: BurstPolicySpec; mayChange: 'yes' | 'no' }
  journal: BurstJournal
  plan: Plan | Failure
  started: string[]
  refused: string[]
  stopped: boolean[]
  asks: NotebookAsk[]
}
export const aBurstWorld = (): BurstWorld => ({
  quote: aQuote(),
  queue: aQueue(),
  approvals: [anApproval()],
  policy: { spec: aPolicy(), mayChange: 'yes' },
  journal: aJournal(),
  plan: aPlan(),
  started: [],
  refused: [],
  stopped: [],
  asks: [],
})
function orRefuse<T extends object>(told: T | Failure): T {
  if ('code' in told) throw refusal(told as Failure)
  return told
}
export const noHome = () => failure('NO_HOME_SITE', {})
type Follow = <T>(read: () => T, signal: AbortSignal | undefined) => AsyncGenerator<T, void>
/** The burst entries over a world. */
export const burstParts = (world: BurstWorld, follow: Follow) => ({
  watch: os.burst.watch.handler(({ signal }) => follow(() => orRefuse(world.queue), signal)),
  quote: os.burst.quote.handler(() => orRefuse(world.quote)),
  approvals: os.burst.approvals.handler(({ signal }) => follow(() => world.approvals, signal)),
  planMove: os.burst.planMove.handler(() => orRefuse(world.plan)),
  planApprove: os.burst.planApprove.handler(() => orRefuse(world.plan)),
  planReturn: os.burst.planReturn.handler(() => orRefuse(world.plan)),
  planPolicy: os.burst.planPolicy.handler(() => orRefuse(world.plan)),
  notebookAsks: os.burst.notebookAsks.handler(({ signal }) => follow(() => world.asks, signal)),
  planNotebookMove: os.burst.planNotebookMove.handler(() => orRefuse(world.plan)),
  refuseNotebook: os.burst.refuseNotebook.handler(({ input }) => {
    world.refused.push(`${input.name}: ${input.reason}`)
    world.asks = []
    return {}
  }),
  refuse: os.burst.refuse.handler(({ input }) => {
    world.refused.push(input.reason)
    world.approvals = []
    return {}
  }),
  stop: os.burst.stop.handler(({ input }) => {
    world.stopped.push(input.stopped)
    return {}
  }),
  policy: os.burst.policy.handler(() => ({
    ...world.policy,
    name: 'default',
    resourceVersion: '7',
    steward: { state: 'none' as const, says: 'Nobody acts by itself.' },
  })),
  journal: os.burst.journal.handler(() => world.journal),
})
