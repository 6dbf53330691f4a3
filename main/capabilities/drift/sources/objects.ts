import { createWriteStream } from 'node:fs'
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fail, succeed, type Outcome } from '../../../kernel/outcome'
import type { Telling } from '../desk/questions'
import { sha256 } from '../hash'
import type { DriftPorts } from '../ports'
import { unusable } from '../refusal'

const TABLE = /\.(parquet|pq|csv|tsv|txt)(\.gz)?$/i
/** A pattern of object names as a test; ** crosses folders, * does not. */
const matcher = (pattern: string): RegExp => new RegExp(`^${pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*\*/g, '\u0000').replace(/\*/g, '[^/]*').replace(/\?/g, '[^/]').replaceAll('\u0000', '.*')}$`)
const isThere = async (file: string, size: number) => (await stat(file).catch(() => undefined))?.size === size

/** Fetches the tables that an s3:// address names into the store's folder: each object once for each of its versions, whole or not at all. */
export async function fetchObjects({ objects, store }: Pick<DriftPorts, 'objects' | 'store'>, address: string, { signal, progress }: Telling = {}): Promise<Outcome<string>> {
  const [, bucket, key = ''] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(address) ?? []
  if (bucket === undefined) return fail(unusable(`${address} is no address of object storage.`, 'Write s3://bucket/path, with * for several objects.'))
  if (!objects) return fail(unusable(`${address} cannot be read: no object storage is set up.`, 'Sign in to the account that holds it, or name a local path.'))
  const isPattern = /[*?]/.test(key), prefix = isPattern ? key.slice(0, key.search(/[*?]/)) : key
  try {
    const wanted = (await objects.list(bucket, prefix, signal)).filter((object) => TABLE.test(object.key) && (isPattern ? matcher(key).test(object.key) : object.key === key || object.key.startsWith(key === '' || key.endsWith('/') ? key : `${key}/`)))
    if (wanted.length === 0) return fail(unusable(`No table matches ${address}.`, 'Name a Parquet or CSV object, a prefix of them, or a pattern.'))
    const folder = join(store.folder, 'drift-objects', sha256(address).slice(0, 24))
    await mkdir(folder, { recursive: true })
    const names = new Set<string>(), total = wanted.reduce((sum, { size }) => sum + size, 0)
    let done = 0
    for (const { key: name, size, etag } of wanted) {
      const file = `${sha256(`${name}\n${etag ?? ''}\n${size}`).slice(0, 16)}-${name.split('/').at(-1) ?? 'rows'}`, target = join(folder, file)
      names.add(file)
      if (!await isThere(target, size)) {
        await pipeline(Readable.from(await objects.get(bucket, name, signal)), createWriteStream(`${target}.part`), { ...(signal && { signal }) })
        if (!await isThere(`${target}.part`, size)) return fail(unusable(`${name} came cut short.`, 'Try again: what came whole is kept.'))
        await rename(`${target}.part`, target)
      }
      done += size
      progress?.(done, total, `Fetched ${name}`)
    }
    // What is no longer in the bucket is no longer part of the table.
    for (const old of await readdir(folder)) if (!names.has(old)) await rm(join(folder, old), { force: true })
    return succeed(folder)
  } catch (error) {
    signal?.throwIfAborted()
    return fail(unusable(`${address} cannot be read: ${error instanceof Error ? error.message : String(error)}`, 'Check the address, the sign-in and the network, then try again.'))
  }
}
