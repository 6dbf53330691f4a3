import type { GateState } from '../../../../preload/contract/catalog'
import type { Revision, WorkItem } from '../../../../preload/contract/records'
import type { Gate } from '../../../../preload/contract/records/work'

/** A revision counts as complete from this score: code, data, images and packages together, or nearly everything. */
export const COMPLETE_FROM = 0.8
export const LEAST_DESCRIPTION = 20
const TITLES: Record<Gate, string> = {
  'revision-complete': 'A complete revision',
  'drift-checked': 'Drift checked',
  owner: 'An owner',
  description: 'A description',
}
interface Judged {
  passed: boolean
  says: string
  remedy?: string
}

/** The revision that counts: the one the item names, else its newest. */
export function revisionOf(
  item: Pick<WorkItem, 'meta' | 'spec'>,
  revisions: Revision[],
): Revision | undefined {
  const own = revisions.filter(
    ({ meta, spec }) => meta.namespace === item.meta.namespace && spec.workItem === item.meta.name,
  )
  return (
    own.find(({ meta }) => meta.name === item.spec.revision) ??
    own.toSorted((a, b) => b.spec.number - a.spec.number)[0]
  )
}

function complete(revision: Revision | undefined): Judged {
  if (!revision)
    return { passed: false, says: 'No revision is saved yet.', remedy: 'Save a revision.' }
  const made = revision.status.reproducibility
  if (!made)
    return {
      passed: false,
      says: `Rev ${String(revision.spec.number)} has no score.`,
      remedy: 'Save it again.',
    }
  const percent = `${String(Math.round(made.score * 100))} %`
  if (made.score >= COMPLETE_FROM)
    return {
      passed: true,
      says: `Rev ${String(revision.spec.number)} is reproducible to ${percent}.`,
    }
  return {
    passed: false,
    says: `Rev ${String(revision.spec.number)} is reproducible to ${percent}, ${String(COMPLETE_FROM * 100)} % are needed.`,
    remedy: `Bind what is missing and save again: ${made.missing.join('; ')}.`,
  }
}
function drift(revision: Revision | undefined): Judged {
  const checked = revision?.status.drift
  if (!revision || !checked)
    return {
      passed: false,
      says: 'Its drift was not checked yet.',
      remedy: 'Check the drift of its revision, or waive it with a reason.',
    }
  if (checked.result === 'act')
    return {
      passed: false,
      says: `The drift check of ${checked.checkedAt.slice(0, 10)} says act.`,
      remedy: 'Retrain on fresh data and save again, or waive it with a reason.',
    }
  return {
    passed: true,
    says: checked.result === 'watch' ? 'Checked: watch it.' : 'Checked: none that matters.',
  }
}

/** Every gate of the hand-over as it stands; a waived gate says who waived it and why. */
export function gatesOf(item: Pick<WorkItem, 'meta' | 'spec'>, revisions: Revision[]): GateState[] {
  const revision = revisionOf(item, revisions)
  const length = item.spec.description.trim().length
  const judged: Record<Gate, Judged> = {
    'revision-complete': complete(revision),
    'drift-checked': drift(revision),
    owner:
      item.spec.owner.trim() === ''
        ? { passed: false, says: 'Nobody owns it.', remedy: 'Name an owner.' }
        : { passed: true, says: item.spec.owner },
    description:
      length < LEAST_DESCRIPTION
        ? {
            passed: false,
            says:
              length === 0
                ? 'It has no description.'
                : 'Its description is too short to help whoever takes it on.',
            remedy: `Describe what it does and what it needs, in at least ${String(LEAST_DESCRIPTION)} letters.`,
          }
        : { passed: true, says: `${String(length)} letters` },
  }
  return (Object.entries(judged) as [Gate, Judged][]).map(([gate, { passed, says, remedy }]) => {
    const waiver = item.spec.waivers.findLast((each) => each.gate === gate)
    if (!passed && waiver)
      return {
        gate,
        title: TITLES[gate],
        state: 'waived',
        says: `Waived by ${waiver.by}: ${waiver.reason}`,
      }
    return {
      gate,
      title: TITLES[gate],
      state: passed ? 'passed' : 'open',
      says,
      ...(!passed && remedy !== undefined && { remedy }),
    }
  })
}
export const isReady = (gates: GateState[]): boolean => gates.every(({ state }) => state !== 'open')
