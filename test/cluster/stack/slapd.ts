import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Attribute, Change, Client } from 'ldapts'
import { makeAuthority } from '../../../main/plant/authority'
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
type Flavour = 'openldap' | 'active-directory'
export interface Person {
  uid: string
  name: string
  mail?: string
  locked?: boolean
}
export interface Group {
  name: string
  title?: string
  people?: string[]
  groups?: string[]
}
export const personDn = (uid: string): string => `uid=${uid},ou=people,${BASE}`
export const groupDn = (name: string): string => `cn=${name},ou=groups,${BASE}`

/** What Active Directory calls things, as far as a search by its names needs; what its server computes (ambiguous names, groups in groups by a rule) it does not. */
const ACTIVE_DIRECTORY = [
  ...(
    [
      ['sAMAccountName', '1.2.840.113556.1.4.221'],
      ['objectCategory', '1.2.840.113556.1.4.782'],
      ['anr', '1.2.840.113556.1.4.1208'],
      ['department', '1.2.840.113556.1.2.141'],
    ] as const
  ).map(
    ([name, oid]) =>
      `attributetype ( ${oid} NAME '${name}' EQUALITY caseIgnoreMatch SUBSTR caseIgnoreSubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )`,
  ),
  "attributetype ( 1.2.840.113556.1.4.8 NAME 'userAccountControl' EQUALITY integerMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )",
  "objectclass ( 1.2.840.113556.1.5.9 NAME 'user' SUP inetOrgPerson STRUCTURAL MAY ( sAMAccountName $ userAccountControl $ objectCategory $ anr $ department ) )",
  "objectclass ( 1.2.840.113556.1.5.8 NAME 'group' SUP groupOfNames STRUCTURAL MAY sAMAccountName )",
]
const settings = (at: {
  binaries: string
  sizeLimit: number
  memberOf: boolean
  flavour: Flavour
}): string =>
  [
    ...['core', 'cosine', 'inetorgperson'].map(
      (name) => `include ${join(at.binaries, 'etc/ldap/schema', `${name}.schema`)}`,
    ),
    ...(at.flavour === 'active-directory' ? ACTIVE_DIRECTORY : []),
    `modulepath ${join(at.binaries, 'usr/lib/ldap')}`,
    'moduleload back_mdb',
    'moduleload memberof',
    'moduleload ppolicy',
    'TLSCACertificateFile ca.crt',
    'TLSCertificateFile server.crt',
    'TLSCertificateKeyFile server.key',
    // Whoever signs in without encryption is refused, as a careful company has it.
    'security simple_bind=128',
    `sizelimit size.soft=${at.sizeLimit} size.hard=${at.sizeLimit} size.prtotal=${at.sizeLimit}`,
    'database mdb',
    `suffix "${BASE}"`,
    `rootdn "${ROOT.dn}"`,
    `rootpw "${ROOT.password}"`,
    'directory data',
    'maxsize 104857600',
    'access to attrs=userPassword by anonymous auth by * none',
    'access to * by users read by anonymous auth',
    'overlay ppolicy',
    ...(at.memberOf
      ? [
          'overlay memberof',
          'memberof-refint TRUE',
          ...(at.flavour === 'active-directory' ? ['memberof-group-oc group'] : []),
        ]
      : []),
  ].join('\n')

/** A real OpenLDAP with people and groups, StartTLS, and no anonymous reading. */
export async function startSlapd(given: {
  people: Person[]
  groups: Group[]
  sizeLimit?: number
  memberOf?: boolean
  flavour?: Flavour
}): Promise<DirectoryServer> {
  const binaries = folderOf('slapd')
  const folder = mkdtempSync(join(tmpdir(), 'takt-slapd-'))
  const guard = makeGuard(folder)
  const authority = await makeAuthority()
  const own = await authority.issue({ user: 'localhost' })
  const [port = 0] = await freePorts(1)
  mkdirSync(join(folder, 'data'))
  for (const [file, text] of [
    ['ca.crt', authority.certificate],
    ['server.crt', own.certificate],
    ['server.key', own.key],
    [
      'slapd.conf',
      settings({
        binaries,
        sizeLimit: given.sizeLimit ?? 5000,
        memberOf: given.memberOf ?? true,
        flavour: given.flavour ?? 'openldap',
      }),
    ],
  ] as const)
    writeFileSync(join(folder, file), text, { mode: 0o600 })
  const url = `ldap://127.0.0.1:${port}`
  const libraries = [
    'usr/lib/x86_64-linux-gnu',
    'usr/lib/aarch64-linux-gnu',
    'lib/x86_64-linux-gnu',
    'lib/aarch64-linux-gnu',
  ]
    .map((each) => join(binaries, each))
    .join(':')
  const server = new Server(
    {
      name: 'slapd',
      binary: join(binaries, 'usr/sbin/slapd'),
      args: ['-d', '0', '-f', 'slapd.conf', '-h', `${url}/`],
      folder,
      env: { LD_LIBRARY_PATH: libraries },
      isReady: () => asRoot(url, authority.certificate, () => Promise.resolve()).then(() => true),
    },
    guard,
  )
  const stop = async (): Promise<void> => {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
    guard.release()
  }
  try {
    await server.start()
    await asRoot(url, authority.certificate, (client) => fill(client, given))
    return {
      url,
      caFile: join(folder, 'ca.crt'),
      change: (work) => asRoot(url, authority.certificate, work),
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

async function asRoot(
  url: string,
  ca: string,
  work: (client: Client) => Promise<void>,
): Promise<void> {
  const client = new Client({ url, timeout: 5000, connectTimeout: 2000 })
  try {
    await client.startTLS({ ca, servername: 'localhost' })
    await client.bind(ROOT.dn, ROOT.password)
    await work(client)
  } finally {
    await client.unbind().catch(() => undefined)
  }
}

async function fill(
  client: Client,
  {
    people,
    groups,
    flavour = 'openldap',
  }: { people: Person[]; groups: Group[]; flavour?: Flavour },
): Promise<void> {
  await client.add(BASE, { objectClass: ['dcObject', 'organization'], dc: 'takt', o: 'Takt tests' })
  for (const ou of ['people', 'groups'])
    await client.add(`ou=${ou},${BASE}`, { objectClass: ['organizationalUnit'], ou })
  for (const person of people) await addPerson(client, person, flavour)
  // Groups first without members, since they may be in each other.
  for (const { name, title } of groups)
    await client.add(groupDn(name), {
      objectClass: [flavour === 'active-directory' ? 'group' : 'groupOfNames'],
      cn: name,
      ...(flavour === 'active-directory' && { sAMAccountName: name }),
      member: ROOT.dn,
      ...(title !== undefined && { description: title }),
    })
  for (const { name, people: uids = [], groups: inner = [] } of groups) {
    await client.modify(
      groupDn(name),
      new Change({
        operation: 'replace',
        modification: new Attribute({
          type: 'member',
          values: [...uids.map(personDn), ...inner.map(groupDn)],
        }),
      }),
    )
  }
}

// What a normal account has in userAccountControl, and one that was switched off.
const [NORMAL, SWITCHED_OFF] = ['512', '514']
export async function addPerson(
  client: Client,
  { uid, name, mail, locked }: Person,
  flavour: Flavour = 'openldap',
): Promise<void> {
  const isAd = flavour === 'active-directory'
  await client.add(personDn(uid), {
    ...(isAd && {
      sAMAccountName: uid,
      objectCategory: 'person',
      anr: [name, ...name.split(' ')],
      userAccountControl: locked ? SWITCHED_OFF : NORMAL,
      department: 'Tests',
    }),
    objectClass: [isAd ? 'user' : 'inetOrgPerson'],
    uid,
    cn: name,
    sn: name.split(' ').at(-1) ?? name,
    displayName: name,
    mail: mail ?? `${uid}@takt.test`,
    userPassword: PASSWORD,
    ...(locked && !isAd && { pwdAccountLockedTime: '000001010000Z' }),
  })
}
