import { createWriteStream } from 'node:fs'
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fail, type Outcome } from '../../../kernel/outcome'
import { bounded } from '../../../platform/network'
import type { Telling } from '../desk/questions'
import { UnusableInput } from '../domain/failures'
import { sha256 } from '../hash'
import type { DriftPorts, ObjectReader } from '../ports'
import { asked, unusable } from '../refusal'

const TABLE = /\.(parquet|pq|csv|tsv|txt)(\.gz)?$/i
/** A pattern of object names as a test; ** crosses folders, * does not. */
export const matcher = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*\*|\*|\?/g, (sign) => ({ '**': '.*', '*': '[^/]*' })[sign] ?? '[^/]')}$`,
  )
const isThere = async (file: string, size: number) =>
  (await stat(file).catch(() => undefined))?.size === size

interface Found {
  bucket: string
  key: string
  size: number
  etag?: string
}
/** The tables that an address names: one object, all under a prefix, or what a pattern matches. */
async function tablesAt(
  objects: ObjectReader,
  { bucket, key }: { bucket: string; key: string },
  signal?: AbortSignal,
): Promise<Found[]> {
  const pattern = /[*?]/.test(key) ? matcher(key) : undefined,
    prefix = pattern ? key.slice(0, key.search(/[*?]/)) : key,
    folder = key === '' || key.endsWith('/') ? key : `${key}/`
  const isWanted = (name: string) =>
    TABLE.test(name) && (pattern ? pattern.test(name) : name === key || name.startsWith(folder))
  return (await objects.list(bucket, prefix, signal))
    .filter((object) => isWanted(object.key))
    .map((object) => ({ bucket, ...object }))
}

/** The largest table over the slowest line; one that stops coming is given up long before. */
const LONGEST_MS = 24 * 3_600_000
/** Fetches one object whole or not at all; what is there already is not fetched again. */
async function fetchOne(
  objects: ObjectReader,
  { bucket, key, size }: Found,
  { target, signal }: { target: string; signal: AbortSignal | undefined },
): Promise<void> {
  if (await isThere(target, size)) return
  await pipeline(
    Readable.from(
      bounded(await objects.get(bucket, key, signal), { mostBytes: size, limitMs: LONGEST_MS }),
    ),
    createWriteStream(`${target}.part`),
    { ...(signal && { signal }) },
  )
  if (!(await isThere(`${target}.part`, size)))
    throw new UnusableInput(`${key} came cut short.`, 'Try again: what came whole is kept.')
  await rename(`${target}.part`, target)
}

/** Fetches the tables that an s3:// address names into the store's folder, each once for each of its versions; answers that folder. */
export async function fetchObjects(
  { objects, store }: Pick<DriftPorts, 'objects' | 'store'>,
  address: string,
  telling: Telling = {},
): Promise<Outcome<string>> {
  const [, bucket, key = ''] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(address) ?? []
  if (bucket === undefined)
    return fail(
      unusable(
        `${address} is no address of object storage.`,
        'Write s3://bucket/path, with * for several objects.',
      ),
    )
  if (!objects)
    return fail(
      unusable(
        `${address} cannot be read: no object storage is set up.`,
        'Sign in to the account that holds it, or name a local path.',
      ),
    )
  const folder = join(store.folder, 'drift-objects', sha256(address).slice(0, 24))
  return asked(fetchAll(objects, { bucket, key, folder, address }, telling))
}

async function fetchAll(
  objects: ObjectReader,
  {
    bucket,
    key,
    folder,
    address,
  }: { bucket: string; key: string; folder: string; address: string },
  { signal, progress }: Telling,
): Promise<string> {
  try {
    const wanted = await tablesAt(objects, { bucket, key }, signal),
      total = wanted.reduce((sum, { size }) => sum + size, 0),
      names = new Set<string>()
    if (wanted.length === 0)
      throw new UnusableInput(
        `No table matches ${address}.`,
        'Name a Parquet or CSV object, a prefix of them, or a pattern.',
      )
    await mkdir(folder, { recursive: true })
    let done = 0
    for (const found of wanted) {
      const file = `${sha256(`${found.key}\n${found.etag ?? ''}\n${found.size}`).slice(0, 16)}-${found.key.split('/').at(-1) ?? 'rows'}`
      names.add(file)
      await fetchOne(objects, found, { target: join(folder, file), signal })
      done += found.size
      progress?.(done, total, `Fetched ${found.key}`)
    }
    // What is no longer in the bucket is no longer part of the table.
    for (const old of await readdir(folder))
      if (!names.has(old)) await rm(join(folder, old), { force: true })
    return folder
  } catch (error) {
    signal?.throwIfAborted()
    throw error instanceof UnusableInput
      ? error
      : new UnusableInput(
          `${address} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
          'Check the address, the sign-in and the network, then try again.',
        )
  }
}
