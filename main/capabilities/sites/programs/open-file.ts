import { createHash } from 'node:crypto'
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'

/** A program or script that was opened and read to its end. The descriptor stays open until `close`. */
export interface OpenedFile {
  fd: number
  sha256: string
  /** Which file it is and when it was last touched: a file put back after a swap differs here. */
  identity: string
  /** Its first bytes, as many as are ever shown. */
  head: Buffer
  size: number
  close(): void
}
/** What files held, by file and time of change. */
export type HashCache = Map<string, Pick<OpenedFile, 'sha256' | 'head'>>
const HEAD_BYTES = 256 * 1024
const MOST_BYTES = 2 ** 30
const PIECE = 1 << 20
const MOST_KEPT = 100

/** Opens and hashes a regular file; anything else (a folder, a pipe, a device) is told in words instead of being waited for. */
export function openFile(path: string, hashes?: HashCache): OpenedFile | string {
  let fd: number | undefined
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    return opened(fd, hashes)
  } catch (error) {
    if (fd !== undefined) closeSync(fd)
    const cause = error instanceof Unfit ? error.message : codeOf(error)
    return `${path} cannot be read (${cause}), so nobody can see what would run`
  }
}
class Unfit extends Error {}
const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code ?? 'no reason is given'

function opened(fd: number, hashes: HashCache | undefined): OpenedFile {
  const stat = fstatSync(fd, { bigint: true })
  if (!stat.isFile()) throw new Unfit('it is no regular file')
  if (stat.size > MOST_BYTES) throw new Unfit('it has more than 1 GiB')
  const { dev, ino, ctimeNs, mtimeNs, size } = stat
  const identity = [dev, ino, ctimeNs].join(' ')
  const version = [identity, mtimeNs, size].join(' ')
  const content = hashes?.get(version) ?? read(fd)
  if (hashes && hashes.size >= MOST_KEPT) hashes.clear()
  hashes?.set(version, content)
  return { fd, ...content, identity, size: Number(size), close: () => closeSync(fd) }
}
/** The hash of what an open file holds now. */
export const hashOfOpen = (fd: number): string => read(fd).sha256

function read(fd: number): { sha256: string; head: Buffer } {
  const hash = createHash('sha256')
  const piece = Buffer.alloc(PIECE)
  const head: Buffer[] = []
  for (let at = 0; ;) {
    const bytes = readSync(fd, piece, 0, PIECE, at)
    if (bytes === 0) break
    if (at < HEAD_BYTES) head.push(Buffer.from(piece.subarray(0, bytes)))
    hash.update(piece.subarray(0, bytes))
    at += bytes
  }
  return { sha256: hash.digest('hex'), head: Buffer.concat(head).subarray(0, HEAD_BYTES) }
}
/** Whether the system starts the file by itself, without an interpreter. */
export const isNative = (head: Buffer): boolean =>
  head.subarray(0, 4).equals(Buffer.from([0x7f, 0x45, 0x4c, 0x46]))
/** The interpreter line of a script, as words; undefined where there is none. */
export function interpreterOf(head: Buffer): string[] | undefined {
  if (head.subarray(0, 2).toString('latin1') !== '#!') return undefined
  const line = head.subarray(2, 1024).toString().split('\n')[0] ?? ''
  // The system hands over everything after the interpreter as one argument.
  const [, program = '', rest = ''] = /^\s*(\S+)\s*(.*?)\s*$/.exec(line) ?? []
  return program === '' ? undefined : [program, ...(rest === '' ? [] : [rest])]
}
