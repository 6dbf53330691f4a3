import { table } from '../../platform/terminal'
import type { Answer } from './cli'
import type { Look } from './domain/verdict'

const number = (value: number | null) => (value === null ? '-' : value.toPrecision(4))
const band = ({ low, high }: { low: number | null; high: number | null }) =>
  low === null || high === null ? 'no band yet' : `${number(low)} to ${number(high)}`

/** A test as people read it: one row a look, then what was decided and when. */
export function answerText(answer: Answer): string {
  if ('cases' in answer)
    return answer.cases.map(({ id, result }) => `${id}: ${JSON.stringify(result)}`).join('\n')
  const { looks, decided } = answer
  return [
    table([
      ['look', 'units', 'difference', 'band', 'p', 'split p', 'guardrails', 'verdict'],
      ...looks.map((look, index) => rowOf(look, index)),
    ]),
    decided
      ? `Decided at look ${String(decided.look)}: ${decided.verdict}${decided.why ? ` (${decided.why})` : ''}.`
      : 'Not decided yet.',
  ].join('\n')
}
const rowOf = (look: Look, index: number): string[] => [
  String(index),
  String(look.effect.units),
  number(look.effect.estimate),
  band(look.effect),
  number(look.pValue),
  number(look.split.pValue),
  look.guardrails.map(({ name, state }) => `${name} ${state}`).join(', '),
  look.why ? `${look.verdict} (${look.why})` : look.verdict,
]
