import type { Duplex } from 'node:stream'

/**
 * Carries bytes both ways. An end is passed on once everything before it is; what breaks or is gone takes the other side with it. Two pipelines
 * would do the same with ten listeners on each side, beyond what Node takes for a leak.
 */
export function tunnel(a: Duplex, b: Duplex): void {
  a.pipe(b)
  b.pipe(a)
  follow(a, b)
  follow(b, a)
}
function follow(one: Duplex, other: Duplex): void {
  one.on('error', () => other.destroy())
  one.once('close', () => {
    // What was said to its end may still be on its way to the other side.
    if (!one.readableEnded || other.writableFinished) other.destroy()
    else other.once('finish', () => other.destroy())
  })
}
