import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { whyNotRegular, refusal, refusedBySystem, type FileRefusal } from './refusal'
import { Turns } from './turns'

export interface FileLimits {
  mostBytes: number
  /** How long a disk may take, ten seconds unless told. */
  limitMs?: number
}
export type FileRead = { ok: true; value: Buffer } | FileRefusal

const LIMIT_MS = 10_000
const PIECE = 2 ** 20
// A pipe that is put there between two looks neither holds up the open nor becomes the terminal of this process.
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0)
/** Node works on files in four threads for everything: a disk that hangs may take two of them and no more. */
const turns = new Turns(2)

/** The whole of a regular file that people or files name, of a size that is known and bounded first. Never waits for longer than the limit, and never throws but for an abort. */
export async function readRegularFile(
  file: string,
  limits: FileLimits,
  signal?: AbortSignal,
): Promise<FileRead> {
  signal?.throwIfAborted()
  const { limitMs = LIMIT_MS } = limits
  const late = AbortSignal.timeout(limitMs)
  const given = AbortSignal.any([late, ...(signal ? [signal] : [])])
  const ended = new Promise<FileRead>((resolve) => {
    const end = () =>
      resolve(refusal(file, `its disk did not answer within ${String(limitMs / 1000)} s`))
    given.addEventListener('abort', end, { once: true })
  })
  const read = await Promise.race([turns.take(() => readWhole(file, limits, given)), ended])
  signal?.throwIfAborted()
  return read
}

async function readWhole(
  file: string,
  { mostBytes }: FileLimits,
  signal: AbortSignal,
): Promise<FileRead> {
  try {
    // Opening a device may already do something, so it is looked at first; what was opened is looked at again.
    const before = whyNotRegular(await stat(file), mostBytes)
    if (before !== undefined || signal.aborted) return refusal(file, before ?? 'it took too long')
    const handle = await open(file, FLAGS)
    try {
      const stats = await handle.stat()
      const objection = whyNotRegular(stats, mostBytes)
      if (objection !== undefined) return refusal(file, objection)
      const bytes = Buffer.allocUnsafe(stats.size)
      let at = 0
      while (at < bytes.length && !signal.aborted) {
        const { bytesRead } = await handle.read(bytes, at, Math.min(PIECE, bytes.length - at), at)
        if (bytesRead === 0) break
        at += bytesRead
      }
      return { ok: true, value: bytes.subarray(0, at) }
    } finally {
      await handle.close()
    }
  } catch (error) {
    return refusedBySystem(file, error)
  }
}

/** The same as text. */
export async function readRegularText(
  file: string,
  limits: FileLimits,
  signal?: AbortSignal,
): Promise<{ ok: true; value: string } | FileRefusal> {
  const read = await readRegularFile(file, limits, signal)
  return read.ok ? { ok: true, value: read.value.toString('utf8') } : read
}

/** Whether a path names a regular file of bounded size, for what opens it itself; undefined where it does. */
export async function refusalOf(
  file: string,
  { mostBytes, limitMs = LIMIT_MS }: FileLimits,
): Promise<FileRefusal | undefined> {
  const looked = turns
    .take(() => stat(file))
    .then(
      (stats) => whyNotRegular(stats, mostBytes),
      (error: unknown) => refusedBySystem(file, error),
    )
  const late = new Promise<string>((resolve) => {
    AbortSignal.timeout(limitMs).addEventListener('abort', () =>
      resolve(`its disk did not answer within ${String(limitMs / 1000)} s`),
    )
  })
  const found = await Promise.race([looked, late])
  return typeof found === 'string' ? refusal(file, found) : found
}

/**
 * Steps through a regular file at once, for the few places that cannot wait: it holds up the process for as long as the disk
 * takes, so its limit is small or its caller is a thread of its own.
 */
export function readRegularSync(
  file: string,
  mostBytes: number,
  piece: (bytes: Buffer) => void,
): FileRefusal | undefined {
  try {
    const before = whyNotRegular(statSync(file), mostBytes)
    if (before !== undefined) return refusal(file, before)
    const handle = openSync(file, FLAGS)
    try {
      const stats = fstatSync(handle)
      const objection = whyNotRegular(stats, mostBytes)
      if (objection !== undefined) return refusal(file, objection)
      const bytes = Buffer.allocUnsafe(Math.min(PIECE, stats.size))
      for (let at = 0; at < stats.size;) {
        const read = readSync(handle, bytes, 0, Math.min(bytes.length, stats.size - at), at)
        if (read === 0) break
        piece(bytes.subarray(0, read))
        at += read
      }
      return undefined
    } finally {
      closeSync(handle)
    }
  } catch (error) {
    return refusedBySystem(file, error)
  }
}

/** A small regular file as text, at once. */
export function readRegularTextSync(
  file: string,
  mostBytes: number,
): { ok: true; value: string } | FileRefusal {
  const pieces: Buffer[] = []
  const refused = readRegularSync(file, mostBytes, (bytes) => pieces.push(Buffer.from(bytes)))
  return refused ?? { ok: true, value: Buffer.concat(pieces).toString('utf8') }
}
