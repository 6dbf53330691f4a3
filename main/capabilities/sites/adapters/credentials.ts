import { failure } from '../../../../preload/contract/failures'
import type { FoundContext } from '../../../../preload/contract/sites'
import type { Clock } from '../../../kernel/clock'
import type { Outcome } from '../../../kernel/outcome'
import { fail, succeed } from '../../../kernel/outcome'
import type { Network } from '../../../platform/network'
import type { Target } from '../../../platform/kubernetes/transport'
import type { Broker, Identity } from '../broker'
import { fileIdentity, readNamed } from './file-identity'
import type { KubeContext, KubeUser } from './kubeconfig-files'
import type { OidcClient, OidcPeople } from './oidc'
import { pluginIdentity, type PluginPorts } from './plugin'

export interface CredentialPorts {
  clock: Clock
  network: Network
  broker: Broker
  oidc: OidcPeople
  plugins: PluginPorts
}

/** How a user entry proves who it is, without opening or running anything. */
export function authOf(user: KubeUser): FoundContext['auth'] {
  if (user.exec) return 'exec'
  if (user['auth-provider']) return 'oidc'
  if (user.token || user.tokenFile) return 'token'
  if (user['client-certificate'] || user['client-certificate-data']) return 'certificate'
  return user.username ? 'basic' : 'none'
}

const listed = (scopes = '') =>
  scopes
    .split(',')
    .map((scope) => scope.trim())
    .filter(Boolean)
/** The OpenID client of an auth-provider entry; undefined where the entry is none. */
export function oidcClientOf(user: KubeUser): OidcClient | undefined {
  const { name, config } = user['auth-provider'] ?? {}
  const {
    'idp-issuer-url': issuer,
    'client-id': clientId,
    'client-secret': clientSecret,
    'id-token': idToken,
    'refresh-token': refreshToken,
    'extra-scopes': scopes,
  } = config ?? {}
  if (name !== 'oidc' || !issuer || !clientId) return undefined
  const ca = readNamed(
    config?.['idp-certificate-authority'],
    config?.['idp-certificate-authority-data'],
  )
  return {
    issuer,
    clientId,
    scopes: listed(scopes),
    ...given({ clientSecret, idToken, refreshToken, ca: ca.ok ? ca.value : undefined }),
  }
}
const given = <T extends Record<string, string | undefined>>(fields: T) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value)) as {
    [K in keyof T]?: string
  }

/** Who a context signs in as; nothing is opened or run. */
export function identityOf(
  { id, cluster, user, userName }: KubeContext,
  ports: CredentialPorts,
): Outcome<Identity> {
  if (user.as)
    return fail(
      failure('NOT_SUPPORTED_HERE', {
        says: `The kubeconfig entry of ${id} acts as ${user.as}.`,
        remedy: 'Use an entry that signs in as that person; impersonation is not used.',
      }),
    )
  if (user.exec) return succeed(pluginIdentity(id, { exec: user.exec, cluster }, ports.plugins))
  if (!user['auth-provider'])
    return succeed(fileIdentity({ cluster, user, name: userName || id }, ports.clock))
  const client = oidcClientOf(user)
  if (client) return succeed(ports.oidc.identity(id, cluster.server, client))
  return fail(
    failure('NOT_SUPPORTED_HERE', {
      says: `The kubeconfig entry of ${id} uses the auth-provider ${user['auth-provider'].name}, which Kubernetes has removed.`,
      remedy: 'Use an exec plugin, OpenID Connect, or for EKS an AWS profile instead.',
    }),
  )
}

/** A kubeconfig context as a target; `now` answers the context as its file says at that moment, so that a rewritten entry counts at once. */
export function targetOf(now: () => Outcome<KubeContext>, ports: CredentialPorts): Outcome<Target> {
  const context = now()
  if (!context.ok) return context
  const { id, cluster } = context.value
  const identity = identityOf(context.value, ports)
  if (!identity.ok) return identity
  const ca = readNamed(cluster['certificate-authority'], cluster['certificate-authority-data'])
  if (!ca.ok) return ca
  const proxy = ports.network.proxyFor(cluster.server, cluster['proxy-url'])
  return succeed({
    site: id,
    server: cluster.server,
    ...(proxy !== undefined && { proxy }),
    credentials: ports.broker.credentials(id, () => {
      const at = now()
      return at.ok ? identityOf(at.value, ports) : at
    }),
    tls: {
      ca: ports.network.trusted(ca.value),
      ...(cluster['tls-server-name'] && { serverName: cluster['tls-server-name'] }),
      ...(cluster['insecure-skip-tls-verify'] && { insecure: true }),
    },
  })
}
