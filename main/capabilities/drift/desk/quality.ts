import type { DriftProfile } from '../../../../preload/contract/drift'
import type { MonitorSettings, QualityPoint } from '../../../../preload/contract/drift-review'
import { firstLine } from '../adapters/sources'
import type { ColumnType } from '../adapters/sql'
import { binaryQuality } from './quality-binary'
import { multiclassQuality } from './quality-multiclass'
import { regressionQuality } from './quality-regression'
import type { Located } from './questions'
import { withSides, type Side } from './rows'

export interface Asked {
  settings: MonitorSettings
  labels: NonNullable<MonitorSettings['labels']>
  profile: DriftProfile
  reference: Side
  windows: { name: string; side: Side }[]
}
export interface Quality {
  points: QualityPoint[]
  missing?: string
}

/** Under this many labelled rows nothing is learnt from a reference. */
export const LEAST_LABELLED = 200

export const columnOf = ({ columns }: Side, name: string): ColumnType | undefined =>
  columns.find((column) => column.name === name)
const KINDS = {
  binary: binaryQuality,
  multiclass: multiclassQuality,
  regression: regressionQuality,
}

/** How good the model was in each window: estimated without labels, and as it turned out where they have come. What stands in the way is said. */
export async function qualityOver(
  settings: MonitorSettings,
  located: Located,
  { profile, signal }: { profile: DriftProfile; signal?: AbortSignal | undefined },
): Promise<Quality> {
  const { labels } = settings
  if (!labels)
    return { points: [], missing: 'No label and prediction columns are named in its settings.' }
  try {
    return await withSides(settings, located, async ({ reference, windows }) => {
      const lacking = [labels.label, labels.prediction].find((name) => !columnOf(reference, name))
      if (lacking !== undefined)
        return { points: [], missing: `The reference has no column ${lacking}.` }
      signal?.throwIfAborted()
      return KINDS[labels.task]({
        settings,
        labels,
        profile,
        reference,
        windows: windows.map(({ name, ...side }) => ({ name, side })),
      })
    })
  } catch (error) {
    signal?.throwIfAborted()
    return { points: [], missing: `It cannot be measured: ${firstLine(error)}` }
  }
}
