import { stringify } from 'yaml'
import type { HandClock } from '../../support/clock'
import { systemClock } from '../../../main/platform/clock/system'
import { startEksAuthenticator } from '../../support/aws'
import { startIssuer, type OidcPerson, type TestIssuer } from '../../support/oidc'
import type { KnownKey } from '../../support/sigv4'
import { makeAuthority } from '../../../main/plant/authority'
import { startPlane, type Plane, type PlaneOptions } from './plane'

export interface EksPlane extends Plane {
  /** AWS keys that STS would know; tests add, revoke and remove them. */
  keys: Map<string, KnownKey>
  /** Why tokens were refused, newest last. */
  refused: string[]
}
export interface EksOptions {
  cluster: string
  keys: Record<string, KnownKey>
  /** What the access entries of the cluster would say: who an ARN is. */
  people(arn: string): { username: string; groups: string[] } | undefined
  /** The authenticator's clock, where it differs from the machine's. */
  clock?: HandClock
  /** Hosts that count as STS; the real ones unless given. */
  hosts?: string[]
}

/** A plane that lets in whoever proves by a presigned STS request who they are, as EKS does. Its own certificates still work for the tests. */
export async function startEksPlane(
  { cluster, keys, people, clock, hosts }: EksOptions,
  options: PlaneOptions = {},
): Promise<EksPlane> {
  const known = new Map(Object.entries(keys))
  const authenticator = await startEksAuthenticator({
    clock: clock ?? systemClock,
    cluster,
    keys: known,
    people,
    ...(hosts && { hosts }),
  })
  const webhook = stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'a',
    clusters: [{ name: 'a', cluster: { server: authenticator.url } }],
    users: [{ name: 'a', user: {} }],
    contexts: [{ name: 'a', context: { cluster: 'a', user: 'a' } }],
  })
  try {
    const plane = await startPlane({
      ...options,
      apiServer: {
        // A refusal must not be remembered longer than a test waits.
        args: [
          '--authentication-token-webhook-config-file=authenticator.yaml',
          '--authentication-token-webhook-version=v1',
          '--authentication-token-webhook-cache-ttl=1s',
          ...(options.apiServer?.args ?? []),
        ],
        files: { 'authenticator.yaml': webhook, ...options.apiServer?.files },
      },
    })
    return {
      ...plane,
      keys: known,
      refused: authenticator.refused,
      async stop() {
        await plane.stop()
        await authenticator.close()
      },
    }
  } catch (error) {
    await authenticator.close()
    throw error
  }
}

export interface OidcPlane extends Plane {
  issuer: TestIssuer
  /** The authority that the issuer's certificate comes from, PEM. */
  issuerAuthority: string
}

/** A plane that trusts a real OpenID provider on loopback: names and groups come from the claims, with `oidc:` before each. */
export async function startOidcPlane(
  people: Record<string, OidcPerson>,
  options: { plane?: PlaneOptions; idTokenSeconds?: number; clientId?: string } = {},
): Promise<OidcPlane> {
  const authority = await makeAuthority()
  const { certificate, key } = await authority.issue({ user: 'issuer' })
  const clientId = options.clientId ?? 'takt'
  const issuer = await startIssuer({
    people,
    clientId,
    tls: { key, cert: certificate },
    ...(options.idTokenSeconds !== undefined && { idTokenSeconds: options.idTokenSeconds }),
  })
  const settings = stringify({
    apiVersion: 'apiserver.config.k8s.io/v1',
    kind: 'AuthenticationConfiguration',
    jwt: [
      {
        issuer: {
          url: issuer.issuer,
          audiences: [clientId],
          certificateAuthority: authority.certificate,
        },
        claimMappings: {
          username: { claim: 'sub', prefix: 'oidc:' },
          groups: { claim: 'groups', prefix: 'oidc:' },
        },
      },
    ],
  })
  try {
    const plane = await startPlane({
      ...options.plane,
      apiServer: {
        args: [
          '--authentication-config=authentication.yaml',
          ...(options.plane?.apiServer?.args ?? []),
        ],
        files: { 'authentication.yaml': settings, ...options.plane?.apiServer?.files },
      },
    })
    return {
      ...plane,
      issuer,
      issuerAuthority: authority.certificate,
      async stop() {
        await plane.stop()
        await issuer.close()
      },
    }
  } catch (error) {
    await issuer.close()
    throw error
  }
}
