/** A stretch of time, half-open, in whole seconds since 1970. */
export interface Span {
  fromS: number
  toS: number
}
/** Seconds that two spans share. */
export const overlapS = (a: Span, b: Span): number =>
  Math.max(0, Math.min(a.toS, b.toS) - Math.max(a.fromS, b.fromS))
/** Whether an instant lies in a span. */
export const isIn = (atS: number, { fromS, toS }: Span): boolean => fromS <= atS && atS < toS
