import { readFileSync } from 'node:fs'
import { failure } from '../../../../preload/contract/failures'
import type { FoundContext } from '../../../../preload/contract/sites'
import type { Outcome } from '../../../kernel/outcome'
import { fail, succeed } from '../../../kernel/outcome'
import type { Credential, Credentials, Target } from '../../../platform/kubernetes/transport'
import type { KubeContext, KubeUser } from './kubeconfig'
import { pluginCredentials, type PluginPorts } from './plugin'

const TOKEN_FRESH_MS = 60_000
const decoded = (data: string | undefined) => (data ? Buffer.from(data, 'base64').toString() : undefined)

/** How a user entry proves who it is, without opening or running anything. */
export function authOf(user: KubeUser): FoundContext['auth'] {
  if (user.exec) return 'exec'
  if (user['auth-provider']) return 'oidc'
  if (user.token || user.tokenFile) return 'token'
  if (user['client-certificate'] || user['client-certificate-data']) return 'certificate'
  return user.username ? 'basic' : 'none'
}

/** A kubeconfig context as a target; files it names are read only when the first request is made. */
export function targetOf(context: KubeContext, ports: PluginPorts): Outcome<Target> {
  const { id, cluster, user } = context
  if (user.as) return fail(failure('NOT_SUPPORTED_HERE', { says: `The kubeconfig entry of ${id} acts as ${user.as}.`, remedy: 'Use an entry that signs in as that person; impersonation is not used.' }))
  if (user['auth-provider']) return fail(failure('NOT_SUPPORTED_HERE', { says: `The kubeconfig entry of ${id} uses the auth-provider ${user['auth-provider'].name}, which Kubernetes has removed.`, remedy: 'Use an exec plugin such as kubelogin instead.' }))
  const ca = readNamed(cluster['certificate-authority'], cluster['certificate-authority-data'])
  if (!ca.ok) return ca
  const credentials = user.exec ? pluginCredentials(id, { exec: user.exec, cluster }, ports) : fileCredentials(user, ports)
  return succeed({
    site: id, server: cluster.server, credentials, ...(cluster['proxy-url'] && { proxy: cluster['proxy-url'] }),
    tls: { ...(ca.value && { ca: ca.value }), ...(cluster['tls-server-name'] && { serverName: cluster['tls-server-name'] }), ...(cluster['insecure-skip-tls-verify'] && { insecure: true }) },
  })
}

function readNamed(file: string | undefined, data: string | undefined): Outcome<string | undefined> {
  if (data) return succeed(decoded(data))
  if (!file) return succeed(undefined)
  try {
    return succeed(readFileSync(file, 'utf8'))
  } catch (error) {
    return fail(failure('KUBECONFIG_UNREADABLE', { file, cause: (error as NodeJS.ErrnoException).code ?? 'it cannot be read' }))
  }
}

// Tokens of service accounts are rotated in their file, so it is read again each minute and whenever a server refuses.
function fileCredentials(user: KubeUser, { clock }: PluginPorts): Credentials {
  let held: { credential: Credential; at: number } | undefined
  const fromFiles = Boolean(user.tokenFile || user['client-certificate'] || user['client-key'])
  return {
    get() {
      if (held && (!fromFiles || clock.now() - held.at < TOKEN_FRESH_MS)) return Promise.resolve(succeed(held.credential))
      const read = readAll(user)
      if (read.ok) held = { credential: read.value, at: clock.now() }
      return Promise.resolve(read)
    },
    refused() {
      held = undefined
      return fromFiles
    },
  }
}

function readAll(user: KubeUser): Outcome<Credential> {
  const cert = readNamed(user['client-certificate'], user['client-certificate-data'])
  if (!cert.ok) return cert
  const key = readNamed(user['client-key'], user['client-key-data'])
  if (!key.ok) return key
  const token = user.tokenFile ? readNamed(user.tokenFile, undefined) : succeed(user.token)
  if (!token.ok) return token
  const basic = user.username ? `Basic ${Buffer.from(`${user.username}:${user.password ?? ''}`).toString('base64')}` : undefined
  const authorization = token.value ? `Bearer ${token.value.trim()}` : basic
  return succeed({ ...(cert.value && { cert: cert.value }), ...(key.value && { key: key.value }), ...(authorization && { authorization }) })
}
