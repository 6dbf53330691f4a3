import type { Span } from '../../../../kernel/spans'
import { UNMEASURED, type Samples } from './records'

/** From when on little use is called idle: a setting that stands on the screen. */
export interface IdleRule {
  /** Engine shares under this are idle; the threshold itself is not. Billionths. */
  underNano: number
  leastS: number
}
export const IDLE_RULE: IdleRule = { underNano: 50_000_000, leastS: 15 * 60 }

/** A sample of one GPU (or the mean of several) in time. */
export interface Sample extends Span {
  engineNano: number
}
/** The measured samples of rows that are in order of time. */
export function* measured(rows: readonly Samples[]): Generator<Sample> {
  for (const { fromS, stepS, engineNano } of rows)
    for (const [index, engine] of engineNano.entries())
      if (engine !== UNMEASURED)
        yield {
          fromS: fromS + index * stepS,
          toS: fromS + (index + 1) * stepS,
          engineNano: engine,
        }
}

/**
 * The stretches in which one GPU was idle: samples under the threshold in a row without a hole, for at least as long as the rule says, each
 * from its first sample to the end of its last.
 */
export function idleSpans(rows: readonly Samples[], rule: IdleRule = IDLE_RULE): Span[] {
  const spans: Span[] = []
  let run: Span | undefined
  const end = () => {
    if (run && run.toS - run.fromS >= rule.leastS) spans.push(run)
    run = undefined
  }
  for (const { fromS, toS, engineNano } of measured(rows)) {
    if (engineNano >= rule.underNano) end()
    else if (run?.toS === fromS) run.toS = toS
    else {
      end()
      run = { fromS, toS }
    }
  }
  end()
  return spans
}
