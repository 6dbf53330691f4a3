import { createHash } from 'node:crypto'
import { failure } from '../../../../preload/contract/failures'
import type { Clock } from '../../../kernel/clock'
import type { Outcome } from '../../../kernel/outcome'
import { fail, succeed } from '../../../kernel/outcome'
import { MOST_BYTES, readRegularText, readRegularTextSync } from '../../../platform/files'
import type { Credential } from '../../../platform/kubernetes/transport'
import type { Identity } from '../broker'
import type { KubeCluster, KubeUser } from './kubeconfig-files'

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
  return named(file, readRegularTextSync(file, MOST_BYTES.credential))
}
const named = (file: string, read: ReturnType<typeof readRegularTextSync>): Outcome<string> =>
  read.ok
    ? succeed(read.value)
    : fail(failure('KUBECONFIG_UNREADABLE', { file, cause: read.failure.data.cause }))
/** The same beside everything else that goes on. */
async function readLater(
  file: string | undefined,
  data: string | undefined,
): Promise<Outcome<string | undefined>> {
  return file && !data
    ? named(file, await readRegularText(file, { mostBytes: MOST_BYTES.credential }))
    : readNamed(file, data)
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
    async obtain() {
      const read = await readAll(user)
      return read.ok
        ? succeed({
            credential: read.value,
            until: fromFiles ? clock.now() + FRESH_MS : Infinity,
          })
        : read
    },
  }
}

async function readAll(user: KubeUser): Promise<Outcome<Credential>> {
  const cert = await readLater(user['client-certificate'], user['client-certificate-data'])
  if (!cert.ok) return cert
  const key = await readLater(user['client-key'], user['client-key-data'])
  if (!key.ok) return key
  const token = await tokenOf(user)
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

/** The token of a user: that of its file, and where that cannot be read the one beside it, as for kubectl. */
async function tokenOf({ tokenFile, token }: KubeUser): Promise<Outcome<string | undefined>> {
  if (!tokenFile) return succeed(token)
  const read = await readLater(tokenFile, undefined)
  if (!read.ok) return token ? succeed(token) : read
  return /[\0-\x1f\x7f]/.test(read.value?.trim() ?? '')
    ? fail(
        failure('KUBECONFIG_UNREADABLE', {
          file: tokenFile,
          cause: 'it holds a line break or another control character, which no header can carry',
        }),
      )
    : read
}
