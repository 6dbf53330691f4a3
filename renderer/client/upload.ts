import { UPLOAD_PIECE_BYTES } from '../../preload/contract/limits'
import { whyTooLarge } from '../../preload/contract/uploads'
import { ConnectionLost, type Client } from './link'

/** A file that is not taken from a page; nothing of it was sent. */
export class FileTooLarge extends Error {
  override readonly name = 'FileTooLarge'
}
/** Throws FileTooLarge, with both sizes, before anything of a file is read or sent. */
export function refuseTooLarge({ name, size }: { name: string; size: number }, most?: number) {
  const says = whyTooLarge(size, most)
  if (says !== undefined) throw new FileTooLarge(`${name} ${says}.`)
}
export interface UploadOptions {
  name: string
  signal: AbortSignal
  /** Told after each piece, in bytes. */
  onProgress: (done: number, total: number) => void
}
/** Connections that may be lost one after the other without a piece between them. */
const MOST_LOSSES = 3

/**
 * Brings a file to the core in pieces, for an entry that takes it by what is answered; given up, it leaves nothing. Never more of the file than
 * a piece is in memory. A connection that comes back is gone on with, and a core that forgot the file meanwhile is sent it anew.
 */
export async function uploadFile(
  client: Client,
  file: Blob,
  options: UploadOptions,
): Promise<{ upload: string }> {
  const { name, signal } = options
  refuseTooLarge({ name, size: file.size })
  const begin = () => client.uploads.begin({ name, bytes: file.size }, { signal })
  let ref = await begin()
  try {
    for (let at = 0, losses = 0; at < file.size;) {
      const sent = await sendFrom({ client, file, ref, at }, options)
      losses = sent.at > at ? 1 : losses + 1
      at = sent.at
      if (sent.lost === undefined) continue
      if (losses > MOST_LOSSES) throw sent.lost
      const there = await arrived(client, ref, signal)
      if (there === undefined) ref = await begin()
      at = there ?? 0
    }
    return ref
  } catch (error) {
    // Not waited for: whoever cancelled while the connection is away would wait until it comes back.
    client.uploads.giveUp(ref).catch(() => undefined)
    throw error
  }
}

interface Sending {
  client: Client
  file: Blob
  ref: { upload: string }
  at: number
}
/** Sends pieces until the end or until the connection is lost; answers how far it came. */
async function sendFrom(
  { client, file, ref, at: from }: Sending,
  { signal, onProgress }: UploadOptions,
): Promise<{ at: number; lost?: ConnectionLost }> {
  let at = from
  try {
    while (at < file.size) {
      const piece = new File([file.slice(at, at + UPLOAD_PIECE_BYTES)], 'piece')
      at = (await client.uploads.put({ ...ref, at, piece }, { signal })).bytes
      onProgress(at, file.size)
    }
    return { at }
  } catch (error) {
    if (error instanceof ConnectionLost && !signal.aborted) return { at, lost: error }
    throw error
  }
}
/** How much the core still has; undefined where it knows nothing of it any more. */
async function arrived(client: Client, ref: { upload: string }, signal: AbortSignal) {
  try {
    return (await client.uploads.arrived(ref, { signal })).bytes
  } catch (error) {
    if ((error as { code?: unknown }).code === 'NOT_FOUND') return undefined
    throw error
  }
}
