import { basename } from 'node:path'
import type { Book } from '../../../../preload/contract/drift-bundle'
import type { MonitorSettings } from '../../../../preload/contract/drift-review'
import { packBooks } from '../bundles/form'
import { canonical, sha256 } from '../hash'
import { loadSpecialFunctions } from '../../../platform/numerics'
import { countWindows, profileReference, scoreWindows, type OpenedFiles } from '../profile'
import { bookOf } from './cache'
import { multivariateOf } from './multivariate'
import type { Answers, CountAsk, Located, Telling } from './questions'
import { currentRequest, notFeatures, referenceRequest } from './request'
import { qualityOver } from './quality'
import { differencesOf } from './schema'
import { summaryOf } from './summary'

/** What a profile depends on: where it is unchanged, the frozen reference stays. */
const basis = ({
  reference,
  columns,
  kinds,
  labels,
  timeColumn,
  windowRows,
}: MonitorSettings): string =>
  sha256(canonical([reference, columns, kinds, labels?.label, timeColumn, windowRows]))
/** What counts of windows depend on besides. */
const cutting = ({ current, period, zone, windowCount }: MonitorSettings): string =>
  sha256(canonical([current, period, zone, windowCount]))

/** Freezes the reference where it is new, counts and scores the windows that were not yet, and puts all into one book. */
export async function countModel(ask: CountAsk, telling: Telling): Promise<Answers['count']> {
  const { settings, located } = ask,
    kept = usable(ask),
    profile = await frozen(ask, kept, telling)
  // The last window may not have been over when it was counted.
  const old =
    kept && cutting(kept.about.settings) === cutting(settings) ? kept.windows.slice(0, -1) : []
  let opened: OpenedFiles | undefined
  const fresh = await countWindows(
    profile,
    { ...currentRequest(settings, located), known: new Set(old.map(({ name }) => name)) },
    {
      signal: telling.signal,
      source: (found) => {
        opened = found
      },
      progress: (done, total) =>
        telling.progress?.(done, total + 1, `Counted window ${done} of ${total}`),
    },
  )
  const windows = [...old, ...fresh],
    scores = scoreWindows(profile, windows, {
      special: await loadSpecialFunctions(),
      rule: settings.rule,
    })
  telling.signal?.throwIfAborted()
  telling.progress?.(fresh.length, fresh.length + 1, 'Measures quality')
  const quality = await qualityOver(settings, located, { profile, signal: telling.signal })
  const schema = {
    ...kept?.about.schema,
    ...(opened &&
      differencesOf(profile, opened.columns, { windows: fresh, not: notFeatures(settings) })),
  }
  const book = await withLastWindow(
    {
      profile,
      windows,
      scores,
      verdicts: [],
      about: {
        ...headOf(ask, opened),
        schema,
        quality: quality.points,
        ...(quality.missing !== undefined && { qualityMissing: quality.missing }),
        multivariate: [],
        events: [],
      },
    },
    located,
  )
  return {
    book: packBooks([book], { createdAt: ask.madeAt, name: settings.model }),
    summary: summaryOf(book),
    counted: fresh.length,
    skipped: (opened?.skipped ?? []).map(({ file, says }) => `${basename(file)}: ${says}`),
  }
}

/** What was counted before, where the reference is still the same. */
function usable({ before, anew, settings }: CountAsk): Book | undefined {
  const book = before && !anew ? bookOf(before) : undefined
  return book && basis(book.about.settings) === basis(settings) ? book : undefined
}
async function frozen(
  { settings, located }: CountAsk,
  kept: Book | undefined,
  { progress }: Telling,
): Promise<Book['profile']> {
  progress?.(0, 1, kept ? 'Opens the windows' : 'Freezes the reference')
  return kept?.profile ?? profileReference(referenceRequest(settings, located))
}
const headOf = (
  { id, settings, simulated, madeAt, located }: CountAsk,
  opened: OpenedFiles | undefined,
) => ({
  id,
  settings,
  simulated,
  madeAt,
  engine: { name: 'takt', form: '2', duckdb: opened?.engine ?? '' },
  sources: (opened?.files ?? []).slice(0, 1000).map((file) => basename(file)),
  snapshots: located.snapshots,
  ...(opened && { sql: readable(opened.relation) }),
})
/** The newest window is looked at as a whole right away, so that whoever is away has that too. */
async function withLastWindow(draft: Book, located: Located): Promise<Book> {
  const last = draft.windows.at(-1)
  return last
    ? {
        ...draft,
        about: {
          ...draft.about,
          multivariate: [
            { window: last.name, ...(await multivariateOf(draft, { window: last.name, located })) },
          ],
        },
      }
    : draft
}

/** SQL with the names of files but not where they lie on this machine. */
const readable = (sql: string): string =>
  sql.replace(/'([^']*[/\\])([^/\\']+)'/g, "'$2'").slice(0, 20_000)
