import { z } from 'zod'
import { failure } from '../../../preload/contract/failures'
import type { Clock } from '../../kernel/clock'
import type { Outcome } from '../../kernel/outcome'
import { fail, succeed } from '../../kernel/outcome'
import type { Aws } from '../../platform/aws'
import type { AddressSecrets } from '../../platform/secrets/address-secrets'
import type { Store } from '../../platform/store'
import { listeners } from '../../platform/streams/latest'
import type { Identity } from './broker'
import type { CredentialPorts } from './adapters/credentials'
import { eksIdentity } from './adapters/eks-identity'
import type { OidcClient } from './adapters/oidc'
import type { SiteSource } from './connection'

const Common = z.object({
  id: z.string(),
  name: z.string(),
  server: z.string(),
  ca: z.string().optional(),
  proxy: z.string().optional(),
})
const AddedSite = z.discriminatedUnion('kind', [
  Common.extend({
    kind: z.literal('eks'),
    profile: z.string(),
    region: z.string(),
    cluster: z.string(),
    arn: z.string(),
  }),
  Common.extend({
    kind: z.literal('oidc'),
    issuer: z.string(),
    clientId: z.string(),
    scopes: z.array(z.string()),
    redirect: z.string().optional(),
  }),
])
/** A site that a person added here. It is kept in the settings of this machine and holds no secret. */
export type AddedSite = z.infer<typeof AddedSite>
type New = AddedSite extends infer S ? (S extends AddedSite ? Omit<S, 'id'> : never) : never

const KEY = 'sites.added'

export class AddedSites {
  readonly #settings: Store['settings']
  readonly #addresses: AddressSecrets
  readonly #changes = listeners()
  constructor(settings: Store['settings'], addresses: AddressSecrets) {
    this.#settings = settings
    this.#addresses = addresses
  }
  onChange(listener: () => void) {
    return this.#changes.add(listener)
  }
  all(): AddedSite[] {
    const kept = this.#settings.get(KEY)
    return (Array.isArray(kept) ? kept : []).flatMap((one) => {
      const parsed = AddedSite.safeParse(one)
      return parsed.success ? [parsed.data] : []
    })
  }
  find(id: string) {
    return this.all().find((site) => site.id === id)
  }
  /** Keeps a site under an id that nobody else has; one with the same place is replaced under its own id. */
  add(site: New, taken: readonly string[]): Outcome<AddedSite> {
    const same = this.all().find((other) => placeOf(other) === placeOf(site))
    const others = this.all().filter((other) => other !== same && other.id !== same?.id)
    const id =
      same?.id ??
      freeId(site.kind === 'eks' ? site.cluster : site.name, [
        ...taken,
        ...others.map((other) => other.id),
      ])
    // A cluster that is there under another identity too has to be told apart by more than its number.
    const name =
      site.kind === 'eks' && id !== site.cluster ? `${site.cluster} (${site.profile})` : site.name
    const added = AddedSite.parse({
      ...site,
      id,
      name,
      ...(site.proxy !== undefined && { proxy: this.#addresses.take(proxyOf(id), site.proxy) }),
    })
    const kept = this.#settings.set(KEY, [...others, added])
    if (!kept.ok) return kept
    this.#changes.tell()
    return succeed(added)
  }
  remove(id: string): Outcome<void> {
    if (!this.find(id))
      return fail(
        failure('NOT_SUPPORTED_HERE', {
          says: `${id} was not added here.`,
          remedy: 'A context of a kubeconfig goes when it is taken out of the file.',
        }),
      )
    this.#addresses.forget(proxyOf(id))
    const kept = this.#settings.set(
      KEY,
      this.all().filter((site) => site.id !== id),
    )
    this.#changes.tell()
    return kept
  }
}
const proxyOf = (id: string) => `proxy of ${id}`
const placeOf = (site: New | AddedSite) =>
  site.kind === 'eks'
    ? `${site.arn} ${site.profile}`
    : `${site.server} ${site.issuer} ${site.clientId}`
function freeId(name: string, taken: readonly string[]): string {
  let id = name
  for (let n = 2; taken.includes(id); n++) id = `${name}-${n}`
  return id
}

export const oidcClient = ({
  issuer,
  clientId,
  scopes,
  redirect,
}: Extract<AddedSite, { kind: 'oidc' }>): OidcClient => ({
  issuer,
  clientId,
  scopes,
  ...(redirect !== undefined && { redirect }),
})
export const addedIdentity = (
  site: AddedSite,
  { aws, oidc, clock }: { aws: Aws; oidc: CredentialPorts['oidc']; clock: Clock },
): Identity =>
  site.kind === 'eks'
    ? eksIdentity(site.id, site, { aws, clock })
    : oidc.identity(site.id, site.server, oidcClient(site))

/** An added site as something that can be connected. */
export function addedSource(
  site: AddedSite,
  ports: CredentialPorts & {
    aws: Aws
    addresses: AddressSecrets
    find(id: string): AddedSite | undefined
  },
): SiteSource {
  const { id, name, server, ca } = site
  return {
    id,
    name,
    server,
    simulated: false,
    kind: site.kind,
    ...(site.kind === 'eks'
      ? { place: 'cloud', meta: site.region }
      : { place: 'on-prem', meta: new URL(server).hostname }),
    target() {
      const proxy = ports.network.proxyFor(
        server,
        site.proxy === undefined ? undefined : ports.addresses.full(proxyOf(id), site.proxy),
      )
      const identify = (): Outcome<Identity> => {
        const now = ports.find(id)
        return now
          ? succeed(addedIdentity(now, ports))
          : fail(failure('SITE_UNKNOWN', { site: id }))
      }
      return succeed({
        site: id,
        server,
        tls: { ca: ports.network.trusted(ca) },
        ...(proxy !== undefined && { proxy }),
        credentials: ports.broker.credentials(id, identify),
      })
    },
  }
}
