import { z } from 'zod'
import type { Outcome } from '../../kernel/outcome'
import type { Store } from '../../platform/store'

const Claim = z.object({
  claim: z.string(),
  site: z.string(),
  group: z.string(),
  nodes: z.number().int(),
  target: z.number().int(),
})
export type Claim = z.infer<typeof Claim>
const KEY = 'cloud.claims'

/** Who asked for which machines, kept before they are asked for: a claim made twice is one claim, also after a restart. */
export class Claims {
  readonly #settings: Store['settings']
  #all: Claim[]
  constructor(settings: Store['settings']) {
    this.#settings = settings
    this.#all = z
      .array(Claim)
      .catch([])
      .parse(settings.get(KEY) ?? [])
  }
  find(site: string, claim: string): Claim | undefined {
    return this.#all.find((one) => one.site === site && one.claim === claim)
  }
  of(site: string, group: string): Claim[] {
    return this.#all.filter((one) => one.site === site && one.group === group)
  }
  claimed(site: string, group: string): number {
    return this.of(site, group).reduce((sum, { nodes }) => sum + nodes, 0)
  }
  keep(claim: Claim): Outcome<void> {
    return this.#save([
      ...this.#all.filter((one) => one.claim !== claim.claim || one.site !== claim.site),
      claim,
    ])
  }
  drop(site: string, claim: string): Outcome<void> {
    return this.#save(this.#all.filter((one) => one.claim !== claim || one.site !== site))
  }
  #save(all: Claim[]): Outcome<void> {
    const saved = this.#settings.set(KEY, all)
    if (saved.ok) this.#all = all
    return saved
  }
}
