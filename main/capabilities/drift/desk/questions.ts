import type { BookAbout } from '../../../../preload/contract/drift-bundle'
import type { CountScore, VerdictOperation } from '../../../../preload/contract/drift'
import type {
  DriftSource,
  FeatureDrift,
  ModelDrift,
  MonitorSettings,
  Multivariate,
  SourceLook,
} from '../../../../preload/contract/drift-review'

/** A book as its bytes, with its hash so that it is read once; `at` names one of several models. */
export interface BookAt {
  key: string
  bytes: Uint8Array
  at?: number
}
/** Where the rows of a monitor lie on this machine. */
export interface Located {
  reference: string
  current: string
  late?: string | undefined
  snapshots: string[]
}
export interface CsvForm {
  delimiter: string
  header: boolean
  encoding: 'utf-8' | 'utf-16' | 'latin-1'
}

export interface CountAsk {
  ask: 'count'
  id: string
  settings: MonitorSettings
  located: Located
  before?: BookAt | undefined
  anew: boolean
  simulated: boolean
  madeAt: string
}
export interface OpenAsk {
  ask: 'open'
  bytes: Uint8Array
}
export interface SummariesAsk {
  ask: 'summary'
  book: BookAt
}
export interface FeaturesAsk {
  ask: 'features'
  book: BookAt
  window: string
}
export interface FeatureAsk {
  ask: 'feature'
  book: BookAt
  column: string
  windows: string[]
  segment?: { column: string; value: string } | undefined
  located?: Located | undefined
}
export interface MultivariateAsk {
  ask: 'multivariate'
  book: BookAt
  window: string
  located?: Located | undefined
}
export interface LookAsk {
  ask: 'look'
  path: string
  where?: string | undefined
  csv?: CsvForm | undefined
}
export interface PackAsk {
  ask: 'pack'
  books: {
    book: BookAt
    verdicts: VerdictOperation[]
    settings: MonitorSettings
    events: BookAbout['events']
  }[]
  head: { createdAt: string; name: string; signer?: string | undefined }
  key?: string | undefined
}
export interface DemoAsk {
  ask: 'demo'
  folder: string
  monday: string
  model: string
}

/** What a window showed of one column, without its measures. */
export interface SummaryScore {
  column: string
  kind: 'numeric' | 'categorical' | 'unscored'
  decision: CountScore['decision']
  /** It cannot be judged though it should be, which is told like drift. */ unjudged?: true
  severity: number | null
  p: number | null
  pAdjusted: number | null
  nullRate: number | null
  /** How far the share of missing rows moved (Jensen-Shannon, base 2), 0 where that does not matter. */ missing: number
  /** What moved beside the values. */ quality: string[]
}
export interface SummaryWindow {
  name: string
  from?: string
  to?: string
  rows: number
  columns: SummaryScore[]
  schema: string[]
}
/** What the fleet and the page of one model need, small enough to be kept in memory for every model. */
export interface Summary {
  id: string
  settings: MonitorSettings
  simulated: boolean
  madeAt: string
  profile: { hash: string; rows: number }
  windows: SummaryWindow[]
  quality: ModelDrift['quality']
  qualityMissing?: string | undefined
  events: ModelDrift['events']
  verdicts: VerdictOperation[]
  segments: string[]
}
export interface Opened {
  summaries: Summary[]
  form: number
  name: string
  createdAt: string
  signer?: string | undefined
  signedBy?: string | undefined
  recomputed: number
  differing: number
}

export interface Answers {
  count: { book: Uint8Array<ArrayBuffer>; summary: Summary; counted: number; skipped: string[] }
  open: Opened
  summary: Summary
  features: CountScore[]
  feature: Omit<FeatureDrift, 'over' | 'segments'>
  multivariate: Multivariate
  look: SourceLook
  pack: { bytes: Uint8Array<ArrayBuffer> }
  demo: { files: string[] }
}
export type Question =
  | CountAsk
  | OpenAsk
  | SummariesAsk
  | FeaturesAsk
  | FeatureAsk
  | MultivariateAsk
  | LookAsk
  | PackAsk
  | DemoAsk
export type QuestionOf<A extends keyof Answers> = Extract<Question, { ask: A }>
export interface Telling {
  signal?: AbortSignal | undefined
  progress?: ((done: number, total: number, says: string) => void) | undefined
}
/** Answers questions about drift away from the thread that serves people; bad input is an UnusableInput. */
export interface Desk {
  ask<A extends keyof Answers>(question: QuestionOf<A>, telling?: Telling): Promise<Answers[A]>
  close(): Promise<void>
}
export type { DriftSource }
