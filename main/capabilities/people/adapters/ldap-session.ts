import type { ConnectionOptions } from 'node:tls'
import { Client, type Entry, type Filter } from 'ldapts'
import { failure, type Failure } from '../../../../preload/contract/failures'
import type { LdapSettings } from '../../../../preload/contract/people'
import { fail, succeed, type Outcome } from '../../../kernel/outcome'
import { MOST_BYTES, readRegularText } from '../../../platform/files'
import { attributesOf } from '../domain/names'
import { boundLdap } from './ldap-bound'
import { ldapFailure } from './ldap-failures'

const TIMEOUT_MS = 10_000
const PAGE = 100
const LOOPBACK = /^(127\.\d+\.\d+\.\d+|\[?::1\]?|localhost)$/

export interface Asking {
  filter: Filter
  base?: string
  scope?: 'base' | 'sub'
  most?: number
}
/** One signed-in conversation with the directory. Its searches throw; `converse` turns what is thrown into a failure. */
export interface Session {
  search(asking: Asking): Promise<{ entries: Entry[]; more: boolean }>
}

/** Who signs in where, and the authorities that are trusted: the system's and a person's own, to which the settings may add a file. */
export interface Account {
  settings: LdapSettings
  password: string
  trusted(): string[]
}
const hostOf = (url: string): string => new URL(url.replace(/^ldap/i, 'http')).hostname

async function authorities({ settings: { caFile }, trusted }: Account): Promise<Outcome<string[]>> {
  if (caFile === undefined) return succeed(trusted())
  const read = await readRegularText(caFile, { mostBytes: MOST_BYTES.credential })
  return read.ok
    ? succeed([...trusted(), read.value])
    : fail(
        failure('DIRECTORY_UNTRUSTED', {
          server: caFile,
          cause: `the file of the certificate authority cannot be read: ${read.failure.data.cause}`,
        }),
      )
}

const attributes = (settings: LdapSettings): string[] => {
  const { user, group } = attributesOf(settings)
  return [
    ...new Set([
      user,
      group,
      'objectClass',
      'cn',
      'displayName',
      'description',
      'mail',
      'department',
      'ou',
      'userAccountControl',
      'nsAccountLock',
      'pwdAccountLockedTime',
      'member',
      'uniqueMember',
      'memberUid',
    ]),
  ]
}

const isPlain = ({ url }: LdapSettings): boolean => /^ldap:/i.test(url)

/** How the connection is encrypted, or why the password must not be sent. */
async function encryption(
  account: Account,
): Promise<Outcome<{ tls: ConnectionOptions; startTls: boolean }>> {
  const { settings } = account
  const host = hostOf(settings.url)
  const onThisMachine = LOOPBACK.test(host)
  if (isPlain(settings) && !settings.startTls && !onThisMachine) {
    return fail(
      failure('DIRECTORY_UNTRUSTED', {
        server: settings.url,
        cause: 'the password would travel unencrypted: switch StartTLS on, or use ldaps',
      }),
    )
  }
  const ca = await authorities(account)
  return ca.ok
    ? succeed({
        tls: { ca: ca.value, servername: onThisMachine ? 'localhost' : host },
        startTls: isPlain(settings) && settings.startTls,
      })
    : ca
}

/** Opens a connection that is encrypted, signs in as the person, does the work and closes it. Nothing is tried twice. */
export async function converse<T>(
  account: Account,
  work: (session: Session) => Promise<T>,
  signal?: AbortSignal,
): Promise<Outcome<T>> {
  const { settings, password } = account
  const how = await encryption(account)
  if (!how.ok) return how
  const { tls, startTls } = how.value
  const client = new Client({
    url: settings.url,
    timeout: TIMEOUT_MS,
    connectTimeout: TIMEOUT_MS,
    ...(!isPlain(settings) && { tlsOptions: tls }),
  })
  const bound = boundLdap(client)
  const stop = () => void client.unbind().catch(() => undefined)
  signal?.addEventListener('abort', stop)
  let encrypted = !startTls
  try {
    if (startTls) await client.startTLS(tls)
    encrypted = true
    await client.bind(settings.bindName, password)
    return succeed(await work({ search: (asking) => search(client, settings, asking) }))
  } catch (error) {
    signal?.throwIfAborted()
    const tooLong = bound.why()
    if (tooLong)
      return fail(failure('DIRECTORY_FAILED', { server: settings.url, says: tooLong.says }))
    return fail(
      encrypted
        ? ldapFailure(error, { server: settings.url, as: settings.bindName, base: settings.baseDn })
        : unencrypted(error, settings),
    )
  } finally {
    bound.end()
    signal?.removeEventListener('abort', stop)
    await client.unbind().catch(() => undefined)
  }
}
/** A server that does not know StartTLS is not trusted rather than broken. */
function unencrypted(
  error: unknown,
  { url: server, bindName: as, baseDn: base }: LdapSettings,
): Failure {
  const told = ldapFailure(error, { server, as, base })
  return told.code === 'DIRECTORY_FAILED'
    ? failure('DIRECTORY_UNTRUSTED', {
        server,
        cause: `it does not encrypt the connection (${told.data.says})`,
      })
    : told
}

async function search(
  client: Client,
  settings: LdapSettings,
  { filter, base = settings.baseDn, scope = 'sub', most = Infinity }: Asking,
): Promise<{ entries: Entry[]; more: boolean }> {
  const entries: Entry[] = []
  if (scope === 'base')
    return {
      entries: (await client.search(base, { scope, filter, attributes: attributes(settings) }))
        .searchEntries,
      more: false,
    }
  for await (const page of client.searchPaginated(base, {
    scope,
    filter,
    attributes: attributes(settings),
    paged: { pageSize: Math.min(PAGE, most + 1) },
  })) {
    entries.push(...page.searchEntries)
    if (entries.length > most) return { entries: entries.slice(0, most), more: true }
  }
  return { entries, more: false }
}
