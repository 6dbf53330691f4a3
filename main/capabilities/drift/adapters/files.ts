import { closeSync, existsSync, openSync, readdirSync, readSync, statSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { holdsUserinfo, shownAddress } from '../../../../preload/contract/text/address'
import { UnusableInput } from '../domain/failures'

export const CSV = /\.(csv|tsv|txt)(\.gz)?$/i
const PARQUET = /\.(parquet|pq)$/i
/** What writers put beside their data begins with one of these, as Spark, Delta and Hadoop have it. */
const isAside = (name: string): boolean =>
  name.split(sep).some((part) => part.startsWith('_') || part.startsWith('.'))

/** A file that is read from its beginning to its end; a pipe or a device never ends. */
function isRegular(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true
}
function mustBeRegular(path: string): string {
  if (isRegular(path)) return path
  throw new UnusableInput(
    `${path} is not a regular file.`,
    'Name a Parquet or CSV file, a folder of them, or a pattern.',
  )
}

/** The files that a path names: itself, all tables of a folder, or what a pattern matches. A name that exists is that file, whatever letters it has. */
export async function findFiles(path: string): Promise<string[]> {
  if (holdsUserinfo(path))
    throw new UnusableInput(
      `${shownAddress(path)} holds a user name or password.`,
      'Leave them out: keys come from your AWS profile or the environment.',
    )
  if (existsSync(path) && statSync(path).isDirectory())
    return readdirSync(path, { recursive: true, encoding: 'utf8' })
      .filter((name) => (PARQUET.test(name) || CSV.test(name)) && !isAside(name))
      .map((name) => join(path, name))
      .filter(isRegular)
      .sort()
  if (existsSync(path)) return [mustBeRegular(path)]
  if (!/[*?[]/.test(path))
    throw new UnusableInput(
      `There is no file ${path}.`,
      'Check the path; folders and patterns such as data/*.parquet work too.',
    )
  const found: string[] = []
  for await (const file of glob(path)) if (isRegular(file)) found.push(file)
  return found.sort()
}

/** The files of one side, all of one kind. */
export async function tablesAt(path: string): Promise<{ files: string[]; isCsv: boolean }> {
  const files = await findFiles(path)
  if (files.length === 0)
    throw new UnusableInput(
      `No table matches ${path}.`,
      'Name a Parquet or CSV file, a folder of them, or a pattern.',
    )
  const isCsv = files.every((file) => CSV.test(file))
  if (!isCsv && files.some((file) => CSV.test(file)))
    throw new UnusableInput(
      `${path} mixes CSV and Parquet.`,
      'Name one kind, for example with a pattern.',
    )
  return { files, isCsv }
}

const LOOKED_AT = 8 * 2 ** 20
/** UTF-16 by its mark, UTF-8 where the beginning is that, else Latin-1, in which any byte means something. */
export function encodingOf(file: string): 'utf-8' | 'utf-16' | 'latin-1' {
  if (file.endsWith('.gz')) return 'utf-8'
  const bytes = Buffer.alloc(Math.min(LOOKED_AT, statSync(file).size)),
    handle = openSync(file, 'r')
  try {
    readSync(handle, bytes)
  } finally {
    closeSync(handle)
  }
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))
    return 'utf-16'
  // What was read may end in the middle of a letter, which is no error.
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: bytes.length === LOOKED_AT })
    return 'utf-8'
  } catch {
    return 'latin-1'
  }
}
