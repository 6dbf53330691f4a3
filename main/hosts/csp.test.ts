import { expect, test } from 'vitest'
import { csp } from './csp'

test('in both hosts no text becomes markup or code, and nothing is allowed that is not named', () => {
  for (const connect of ["'self'", "'none'"] as const) {
    const policy = csp('n0nce', connect).split('; ')
    expect(policy).toEqual(
      expect.arrayContaining([
        "default-src 'none'",
        "script-src 'self'",
        "require-trusted-types-for 'script'",
        'trusted-types default',
      ]),
    )
    expect(policy.join(' ')).not.toMatch(/unsafe|\*/)
  }
})
