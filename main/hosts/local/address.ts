import { createHash } from 'node:crypto'
import { chmodSync, lstatSync, mkdirSync, realpathSync } from 'node:fs'
import type { Server } from 'node:net'
import { join, resolve } from 'node:path'
import { isWritable } from '../../platform/store'

/** The kernel keeps 104 bytes for a socket's path on macOS and 108 on Linux, the closing zero included. */
const LONGEST_PATH_BYTES = 100

const digestOf = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 24)

/** One folder has one name here, whichever way a person wrote it. */
function nameOf(storeDir: string): string {
  try {
    return realpathSync(storeDir)
  } catch {
    return resolve(storeDir)
  }
}

/**
 * Sockets of stores that cannot hold one themselves. It is named by the user alone, for `TMPDIR` and `XDG_RUNTIME_DIR` of a login and of a
 * scheduled job differ, and both ends must find the same one.
 */
const socketFolder = () => `/tmp/takt-${process.getuid?.() ?? 0}`

/** A folder that anybody could have made there is trusted only if it is a true folder of this user that nobody else gets into. */
function isOurs(folder: string): boolean {
  const found = lstatSync(folder, { throwIfNoEntry: false })
  return (
    found?.isDirectory() === true && found.uid === process.getuid?.() && (found.mode & 0o077) === 0
  )
}

const inStore = (folder: string) => {
  const path = join(folder, 'core.sock')
  return Buffer.byteLength(path) <= LONGEST_PATH_BYTES ? path : undefined
}
const elsewhere = (folder: string) => join(socketFolder(), `${digestOf(folder)}.sock`)

const pipeOf = (storeDir: string) => `\\\\.\\pipe\\takt-${digestOf(resolve(storeDir))}`

/** Where a core that owns this store may be listening for the command line of the same person, the likeliest place first. */
export function localAddresses(storeDir: string): string[] {
  if (process.platform === 'win32') return [pipeOf(storeDir)]
  const folder = nameOf(storeDir)
  const own = inStore(folder)
  return [
    ...(own === undefined ? [] : [own]),
    ...(isOurs(socketFolder()) ? [elsewhere(folder)] : []),
  ]
}

/** Where a core listens: in its store, or where that is too long a path or may only be read, in a private folder of the same user. */
export function placeToListen(storeDir: string): string {
  if (process.platform === 'win32') return pipeOf(storeDir)
  const folder = nameOf(storeDir)
  const own = inStore(folder)
  if (own !== undefined && isWritable(folder)) return own
  try {
    mkdirSync(socketFolder(), { mode: 0o700 })
  } catch {
    // Usually it is there already; whatever else it is, the next line finds out.
  }
  if (isOurs(socketFolder())) return elsewhere(folder)
  throw new Error(
    `The command line could not be let in: the path of ${folder} is too long for a socket or may not be written, and ${socketFolder()} is no folder of this user alone. Remove that one, or use a store with a shorter path that may be written.`,
  )
}

/** Binds the socket so that nobody else can reach it from its first instant, and listens. */
export function listenPrivately(server: Server, address: string): Promise<void> {
  return new Promise((ready, failed) => {
    server.once('error', failed)
    // The path is bound inside this call, so the mask is that of nothing else; files and folders made by threads meanwhile stay usable.
    const mask = process.umask(0o077)
    try {
      server.listen({ path: address, exclusive: true }, ready)
      if (process.platform !== 'win32' && server.listening) chmodSync(address, 0o600)
    } finally {
      process.umask(mask)
    }
  })
}
