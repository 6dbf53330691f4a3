import type { Operation, Plan, PlanChange } from '../../../preload/contract/operations'
import {
  formatDuration,
  formatNumber,
  formatPromise,
  formatUsd,
  type DiffLine,
  type SignName,
} from '../../design'
import { words } from './words'

/** What the confirm button says: verb and price. */
export function confirmSays(plan: Plan): string {
  const price = plan.price?.usdInAll ?? plan.price?.usdPerHour
  if (price === undefined || price === 0) return plan.verb
  return plan.price?.usdInAll === undefined
    ? `${plan.verb}, ${formatUsd(price)} per hour`
    : `${plan.verb}, ${formatUsd(price)}`
}
export function countChanges(changes: readonly PlanChange[]) {
  const of = (op: PlanChange['op']) => changes.filter((change) => change.op === op).length
  return { created: of('create'), changed: of('change'), deleted: of('delete') }
}
const SIGN: Record<PlanChange['op'], DiffLine['op']> = {
  create: '+',
  change: '~',
  delete: '-',
  same: ' ',
}
/** The plan as lines: one per object, then what changes inside it. */
export function diffLines(changes: readonly PlanChange[]): DiffLine[] {
  const width = Math.min(24, Math.max(0, ...changes.map(({ kind }) => kind.length)))
  return changes.flatMap((change) => [
    {
      op: SIGN[change.op],
      text: `${change.kind.padEnd(width)}  ${change.namespace ? `${change.namespace}/` : ''}${change.name}${change.note ? `   ${change.note}` : ''}`,
    },
    ...(change.lines ?? []).map((line) => ({ op: line.op, text: `    ${line.text}` })),
  ])
}
/** A quota in one line: used + added of limit, with its unit. */
export function quotaSays({ used, adds, limit, unit }: Plan['quotas'][number]): string {
  const amount = (value: number) => (unit === 'USD' ? formatUsd(value) : formatNumber(value))
  return `${words.ofLimit(amount(used), amount(adds), amount(limit))}${unit && unit !== 'USD' ? ` ${unit}` : ''}`
}
/** A plan is good until it expires; then it asks again. */
export const isExpired = (plan: Plan, now: number) => Date.parse(plan.expiresAt) <= now

/** What moved between two plans for the same thing, in words; empty where both say the same. */
export function whatDiffers(before: Plan, after: Plan): string[] {
  const price = (plan: Plan) => (plan.price ? words.perHour(plan.price.usdPerHour) : words.noPrice)
  const start = (plan: Plan) => (plan.time ? formatPromise(plan.time.seconds) : '')
  const lines = new Set(diffLines(before.changes).map(({ op, text }) => op + text))
  return [
    ...(price(before) === price(after) ? [] : [`${price(before)} → ${price(after)}`]),
    ...(start(before) === start(after)
      ? []
      : [`${words.usableIn} ${start(before)} → ${start(after)}`]),
    ...diffLines(after.changes)
      .filter(({ op, text }) => op !== ' ' && !lines.has(op + text))
      .map(({ op, text }) => `${op} ${text.trim().replace(/ +/g, ' ')}`),
    ...after.blockedBy
      .map(({ says }) => says)
      .filter((says) => !before.blockedBy.some((other) => other.says === says)),
  ]
}

export const isActive = ({ state }: Operation) =>
  state === 'running' || state === 'cancelling' || state === 'undoing'
export function stepSign(state: Operation['steps'][number]['state']): SignName {
  switch (state) {
    case 'done':
      return 'done'
    case 'running':
      return 'running'
    case 'failed':
      return 'failed'
    case 'waiting':
      return 'waiting'
    case 'skipped':
    case 'undone':
      return 'skipped'
  }
}
export function operationSign(operation: Operation): SignName {
  if (isActive(operation)) return 'running'
  return operation.state === 'done' ? 'done' : operation.state === 'failed' ? 'failed' : 'skipped'
}
/** Which step an operation stands at, counted from 1, with its title. */
export function currentStep(
  operation: Operation,
): { at: number; of: number; title: string; share: number | undefined } | undefined {
  const index = operation.steps.findIndex(({ state }) => state === 'running' || state === 'failed')
  const step = operation.steps[index]
  return step && { at: index + 1, of: operation.steps.length, title: step.title, share: step.share }
}
/** How far an operation is: a known share, else elapsed against its promise; undefined where nothing was promised. */
export function shareOf(operation: Operation): number | undefined {
  const step = currentStep(operation)
  if (step?.share !== undefined) return step.share
  return operation.promiseSeconds
    ? Math.min(1, operation.elapsedSeconds / operation.promiseSeconds)
    : undefined
}
/** Elapsed, against the promise where there is one. */
export function elapsedSays({ elapsedSeconds, promiseSeconds }: Operation): string {
  return promiseSeconds === undefined
    ? formatDuration(elapsedSeconds)
    : words.ofPromise(formatPromise(elapsedSeconds), formatPromise(promiseSeconds))
}
/** The oldest running one first; the bar shows it. */
export function activeOldestFirst(operations: readonly Operation[]): Operation[] {
  return operations
    .filter(isActive)
    .sort((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt))
}
