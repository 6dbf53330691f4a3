import type { CredentialRef } from '../../../../preload/contract/programs'
import { timestamp } from '../../../kernel/clock'

/** What one site is signed in to with. */
export interface SiteCredential {
  site: string
  kind: string
  from: string
  renews: boolean
  /** The identity that several sites may share. */
  identity?: string | undefined
  /** The program that makes it, by its hash. */
  program?: { hash: string; allowed: boolean } | undefined
  /** When what is held ends, in ms since 1970 (Infinity where nothing says); undefined where nothing is held. */
  until?: number | undefined
}
export interface HeldCredential {
  ref: CredentialRef
  /** Sites that use it, and the hash of the program that makes it. */
  identity?: string
  program?: string
}

/** Credentials by reference, one for an identity however many sites use it. */
export function credentialRefs(of: readonly SiteCredential[], now: number): HeldCredential[] {
  const grouped = Map.groupBy(of, ({ site, identity }) => identity ?? site)
  return [...grouped].flatMap(([id, [first, ...others]]) => {
    if (!first) return []
    const all = [first, ...others]
    const until = Math.max(...all.map((one) => one.until ?? -Infinity))
    const { kind, from, renews, identity, program } = first
    return [
      {
        ref: {
          id,
          of: identity ?? first.site,
          kind,
          from,
          usedBy: all.map(({ site }) => site),
          renews,
          state: stateOf(until, now, program),
          ...(Number.isFinite(until) && { endsAt: timestamp(until) }),
        },
        ...(identity !== undefined && { identity }),
        ...(program && { program: program.hash }),
      },
    ]
  })
}
function stateOf(
  until: number,
  now: number,
  program: SiteCredential['program'],
): CredentialRef['state'] {
  if (program && !program.allowed) return 'waits for consent'
  if (until === -Infinity) return 'not held'
  return until <= now ? 'ended' : 'held'
}
