import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { failure } from '../../../../preload/contract/failures'
import type { Clock } from '../../../kernel/clock'
import type { Outcome } from '../../../kernel/outcome'
import { fail, succeed } from '../../../kernel/outcome'
import type { Credential } from '../../../platform/kubernetes/transport'
import type { Identity } from '../broker'
import type { KubeCluster, KubeUser } from './kubeconfig'

const FRESH_MS = 60_000
/** A key for what must not be mixed up; it shows nothing of what it was made from. */
export const digest = (...parts: unknown[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex')
export const clusterKey = ({ server, ...cluster }: KubeCluster): string =>
  digest(
    server,
    cluster['certificate-authority-data'],
    cluster['certificate-authority'],
    cluster['tls-server-name'],
    cluster['proxy-url'],
  )

export function readNamed(
  file: string | undefined,
  data: string | undefined,
): Outcome<string | undefined> {
  if (data) return succeed(Buffer.from(data, 'base64').toString())
  if (!file) return succeed(undefined)
  try {
    return succeed(readFileSync(file, 'utf8'))
  } catch (error) {
    return fail(
      failure('KUBECONFIG_UNREADABLE', {
        file,
        cause: (error as NodeJS.ErrnoException).code ?? 'it cannot be read',
      }),
    )
  }
}

/** A token, certificate or password of a kubeconfig. Files it names are rotated under it, so they are read again each minute and when a server refuses. */
export function fileIdentity(
  { cluster, user, name }: { cluster: KubeCluster; user: KubeUser; name: string },
  clock: Clock,
): Identity {
  const fromFiles = Boolean(user.tokenFile || user['client-certificate'] || user['client-key'])
  return {
    key: digest('file', clusterKey(cluster), user),
    name,
    mayPrompt: false,
    renewable: fromFiles,
    obtain() {
      const read = readAll(user)
      return Promise.resolve(
        read.ok
          ? succeed({
              credential: read.value,
              until: fromFiles ? clock.now() + FRESH_MS : Infinity,
            })
          : read,
      )
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
  const basic = user.username
    ? `Basic ${Buffer.from(`${user.username}:${user.password ?? ''}`).toString('base64')}`
    : undefined
  const authorization = token.value ? `Bearer ${token.value.trim()}` : basic
  return succeed({
    ...(cert.value && { cert: cert.value }),
    ...(key.value && { key: key.value }),
    ...(authorization && { authorization }),
  })
}
