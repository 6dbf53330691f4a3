import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Attribute, Change, Client } from 'ldapts'
import { makeAuthority } from './authority'
import { folderOf } from './found'
import { freePorts, makeGuard, Server } from './servers'

export const BASE = 'dc=takt,dc=test'
export const PASSWORD = 'a good password'
const ROOT = { dn: `cn=root,${BASE}`, password: 'root of the test' }

export interface DirectoryServer {
  url: string
  /** The authority of its certificate, as a file. */
  caFile: string
  /** Changes the directory as its administrator. */
  change(work: (client: Client) => Promise<void>): Promise<void>
  stop(): Promise<void>
}
export interface Person { uid: string; name: string; mail?: string; locked?: boolean }
export interface Group { name: string; title?: string; people?: string[]; groups?: string[] }
export const personDn = (uid: string): string => `uid=${uid},ou=people,${BASE}`
export const groupDn = (name: string): string => `cn=${name},ou=groups,${BASE}`

const settings = (at: { binaries: string; sizeLimit: number; memberOf: boolean }): string => [
  ...['core', 'cosine', 'inetorgperson'].map((name) => `include ${join(at.binaries, 'etc/ldap/schema', `${name}.schema`)}`),
  `modulepath ${join(at.binaries, 'usr/lib/ldap')}`, 'moduleload back_mdb', 'moduleload memberof', 'moduleload ppolicy',
  'TLSCACertificateFile ca.crt', 'TLSCertificateFile server.crt', 'TLSCertificateKeyFile server.key',
  // Whoever signs in without encryption is refused, as a careful company has it.
  'security simple_bind=128', `sizelimit size.soft=${at.sizeLimit} size.hard=${at.sizeLimit} size.prtotal=${at.sizeLimit}`,
  'database mdb', `suffix "${BASE}"`, `rootdn "${ROOT.dn}"`, `rootpw "${ROOT.password}"`, 'directory data', 'maxsize 104857600',
  'access to attrs=userPassword by anonymous auth by * none', 'access to * by users read by anonymous auth', 'overlay ppolicy',
  ...(at.memberOf ? ['overlay memberof', 'memberof-refint TRUE'] : []),
].join('\n')

/** A real OpenLDAP with people and groups, StartTLS, and no anonymous reading. */
export async function startSlapd(given: { people: Person[]; groups: Group[]; sizeLimit?: number; memberOf?: boolean }): Promise<DirectoryServer> {
  const binaries = folderOf('slapd')
  const folder = mkdtempSync(join(tmpdir(), 'takt-slapd-'))
  const guard = makeGuard(folder)
  const authority = await makeAuthority()
  const own = await authority.issue({ user: 'localhost' })
  const [port = 0] = await freePorts(1)
  mkdirSync(join(folder, 'data'))
  for (const [file, text] of [['ca.crt', authority.certificate], ['server.crt', own.certificate], ['server.key', own.key], ['slapd.conf', settings({ binaries, sizeLimit: given.sizeLimit ?? 5000, memberOf: given.memberOf ?? true })]] as const) writeFileSync(join(folder, file), text, { mode: 0o600 })
  const url = `ldap://127.0.0.1:${port}`
  const libraries = ['usr/lib/x86_64-linux-gnu', 'usr/lib/aarch64-linux-gnu', 'lib/x86_64-linux-gnu', 'lib/aarch64-linux-gnu'].map((each) => join(binaries, each)).join(':')
  const server = new Server({
    name: 'slapd', binary: join(binaries, 'usr/sbin/slapd'), args: ['-d', '0', '-f', 'slapd.conf', '-h', `${url}/`], folder, env: { LD_LIBRARY_PATH: libraries },
    isReady: () => asRoot(url, authority.certificate, () => Promise.resolve()).then(() => true),
  }, guard)
  const stop = async (): Promise<void> => {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
    guard.release()
  }
  try {
    await server.start()
    await asRoot(url, authority.certificate, (client) => fill(client, given))
    return { url, caFile: join(folder, 'ca.crt'), change: (work) => asRoot(url, authority.certificate, work), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function asRoot(url: string, ca: string, work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ url, timeout: 5000, connectTimeout: 2000 })
  try {
    await client.startTLS({ ca, servername: 'localhost' })
    await client.bind(ROOT.dn, ROOT.password)
    await work(client)
  } finally {
    await client.unbind().catch(() => undefined)
  }
}

async function fill(client: Client, { people, groups }: { people: Person[]; groups: Group[] }): Promise<void> {
  await client.add(BASE, { objectClass: ['dcObject', 'organization'], dc: 'takt', o: 'Takt tests' })
  for (const ou of ['people', 'groups']) await client.add(`ou=${ou},${BASE}`, { objectClass: ['organizationalUnit'], ou })
  for (const person of people) await addPerson(client, person)
  // Groups first without members, since they may be in each other.
  for (const { name, title } of groups) await client.add(groupDn(name), { objectClass: ['groupOfNames'], cn: name, member: ROOT.dn, ...(title !== undefined && { description: title }) })
  for (const { name, people: uids = [], groups: inner = [] } of groups) {
    await client.modify(groupDn(name), new Change({ operation: 'replace', modification: new Attribute({ type: 'member', values: [...uids.map(personDn), ...inner.map(groupDn)] }) }))
  }
}

export async function addPerson(client: Client, { uid, name, mail, locked }: Person): Promise<void> {
  await client.add(personDn(uid), {
    objectClass: ['inetOrgPerson'], uid, cn: name, sn: name.split(' ').at(-1) ?? name, displayName: name, mail: mail ?? `${uid}@takt.test`, userPassword: PASSWORD,
    ...(locked && { pwdAccountLockedTime: '000001010000Z' }),
  })
}
