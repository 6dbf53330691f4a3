import { compiled, erfc, igamc, incbet, lgam, ndtri, smirnov } from 'cephes'
import type { SpecialFunctions } from '../../kernel/special'

/** The library throws where a result leaves the range of a double; the limit is what the caller wants then. */
function orLimit(compute: () => number, limit: number): number {
  try {
    return compute()
  } catch (error) {
    if (error instanceof Error && error.message.includes('underflow')) return limit
    return Number.NaN
  }
}

const special: SpecialFunctions = {
  gammaUpper: (a, x) => (x <= 0 ? 1 : orLimit(() => igamc(a, x), x > a ? 0 : 1)),
  betaRegularized: (a, b, x) => (x <= 0 ? 0 : x >= 1 ? 1 : orLimit(() => incbet(a, b, x), 0)),
  logGamma: (x) => orLimit(() => lgam(x), Number.NaN),
  normalQuantile: (share) => (share > 0 && share < 1 ? ndtri(share) : Number.NaN),
  normalUpper: (z) => orLimit(() => erfc(z / Math.SQRT2) / 2, z > 0 ? 0 : 1),
  smirnovUpper: (n, d) => (d <= 0 ? 1 : d >= 1 ? 0 : smirnov(n, d)),
}

/** The special functions of the cephes library, ready once its WebAssembly is compiled. */
export async function loadSpecialFunctions(): Promise<SpecialFunctions> {
  await compiled
  return special
}
