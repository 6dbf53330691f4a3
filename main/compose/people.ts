import { makePeople, peopleHandlers, type Directory } from '../capabilities/people'
import { os } from '../platform/contract'
import { noVault, type Vault } from '../platform/secrets/vault'
import type { Services } from './options'

/** Where people are looked up, and who is let into projects. */
export function people(
  { store, sites, records, operations, network, clock, random }: Services,
  { vault, simulated }: { vault: Vault | undefined; simulated: () => Directory | undefined },
) {
  const service = makePeople({
    sites,
    records,
    operations,
    clock,
    random,
    settings: store.settings,
    vault: vault ?? noVault,
    trusted: () => network.trusted(),
    simulated,
  })
  return { handlers: { people: peopleHandlers(os.people, service) } }
}
