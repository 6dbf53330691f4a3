import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import type { Clock } from '../kernel/clock'
import type { Random } from '../kernel/random'
import { makeAuthority } from './authority'
import { PEOPLE, startPlant, type Plant, type Somebody } from './index'
import type { KubeObject } from './types'

export interface ServedPerson {
  user: string
  duty: Somebody['role']
  /** The files by which this person signs in. */
  kubeconfig: string
  awsConfig: string
  awsCredentials: string
}
export interface ServedPlant {
  plant: Plant
  people: ServedPerson[]
  /** Who signed the servers' certificate, PEM. */
  authority: string
  close(): Promise<void>
}
export interface ServeOptions {
  /** Where each person gets a folder; made where it is not there. */
  folder: string
  clock: Clock
  random: Random
  /** A bearer token nobody can guess. */
  token(): string
  prepared: readonly KubeObject[]
  speed: number
  seeded?: boolean
  ports?: Record<string, number>
  /** The state of last time. */
  persisted?: string | undefined
  onError(error: unknown, where: string): void
}

const base64 = (text: string) => Buffer.from(text).toString('base64')
function kubeconfigOf(plant: Plant, user: string, authority: string): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': plant.sites[0]?.id ?? '',
    clusters: plant.sites.map(({ id, server }) => ({
      name: id,
      cluster: { server, 'certificate-authority-data': base64(authority) },
    })),
    users: [{ name: user, user: { token: plant.sites[0]?.tokens[user] } }],
    contexts: plant.sites.map(({ id }) => ({ name: id, context: { cluster: id, user } })),
  })
}

/** A file that its owner alone may read from the instant it exists; what stood there goes first, with its mode and wherever it led. */
function writePrivate(file: string, text: string): string {
  rmSync(file, { force: true })
  writeFileSync(file, text, { mode: 0o600, flag: 'wx' })
  return file
}
function signInFiles(
  plant: Plant,
  { user, role }: Somebody,
  { folder, authority }: { folder: string; authority: string },
): ServedPerson {
  const own = join(folder, user)
  mkdirSync(own, { recursive: true, mode: 0o700 })
  const aws = plant.aws
  const keys = aws?.session(user, role)
  const settings = `region = ${aws?.region ?? ''}\nendpoint_url = ${aws?.endpoint ?? ''}\n`
  return {
    user,
    duty: role,
    kubeconfig: writePrivate(join(own, 'kubeconfig'), kubeconfigOf(plant, user, authority)),
    awsConfig: writePrivate(join(own, 'aws-config'), `[profile plant]\n${settings}`),
    awsCredentials: writePrivate(
      join(own, 'aws-credentials'),
      `[plant]\naws_access_key_id = ${keys?.accessKeyId ?? ''}\naws_secret_access_key = ${keys?.secretAccessKey ?? ''}\naws_session_token = ${keys?.sessionToken ?? ''}\n`,
    ),
  }
}

/** The simulated sites as clusters of their own over TLS on loopback, with files for each person to sign in by. */
export async function servePlant({
  folder,
  ports,
  persisted,
  ...options
}: ServeOptions): Promise<ServedPlant> {
  const authority = await makeAuthority()
  const { certificate: cert, key } = await authority.issue({ user: 'simulated sites' })
  const plant = await startPlant({
    ...options,
    people: PEOPLE.map(({ user, groups }) => ({ user, groups, token: options.token() })),
    tls: { cert, key, authority: authority.certificate },
    ...(ports && { ports }),
    ...(persisted !== undefined && { persisted }),
  })
  const about = { folder, authority: authority.certificate }
  return {
    plant,
    people: PEOPLE.map((person) => signInFiles(plant, person, about)),
    authority: authority.certificate,
    close: () => plant.close(),
  }
}
