import { open, readFile, rm, type FileHandle } from 'node:fs/promises'

/** A piece that does not begin where the last one ended, or goes beyond the end. */
export class PieceOutOfPlace extends Error {}

/** Pieces of one file that wait for their turn; a page sends one and waits for the answer. */
const MOST_WAITING = 4

/** One file as it comes: a private file on disk that grows by pieces, one after the other. */
export class ArrivingFile {
  #bytes = 0
  #waiting = 0
  #gone = false
  #turn: Promise<unknown> = Promise.resolve()
  private constructor(
    readonly path: string,
    readonly wanted: number,
    readonly handle: FileHandle,
  ) {}
  static async create(path: string, wanted: number): Promise<ArrivingFile> {
    return new ArrivingFile(path, wanted, await open(path, 'wx', 0o600))
  }

  /** How much is there, from the beginning. */
  get bytes() {
    return this.#bytes
  }
  /** Whether no more pieces are heard for now: each that waits is in memory. */
  get isBusy() {
    return this.#waiting >= MOST_WAITING
  }
  /** Appends a piece and answers how much is there; undefined once the file was given up. One that is out of place changes nothing. */
  async append(at: number, piece: Uint8Array): Promise<number | undefined> {
    this.#waiting++
    const written = this.#turn.then(() => this.#write(at, piece))
    this.#turn = written.catch(() => undefined)
    try {
      return await written
    } finally {
      this.#waiting--
    }
  }
  async #write(at: number, piece: Uint8Array): Promise<number | undefined> {
    if (this.#gone) return undefined
    if (at !== this.#bytes || at + piece.length > this.wanted) throw new PieceOutOfPlace()
    for (let done = 0; done < piece.length;) {
      const { bytesWritten } = await this.handle.write(piece, done, piece.length - done, at + done)
      done += bytesWritten
    }
    this.#bytes += piece.length
    return this.#bytes
  }
  /** Waits until what was sent before is written. */
  async settled(): Promise<void> {
    await this.#turn
  }
  /** Everything that came. */
  readWhole(): Promise<Buffer> {
    return readFile(this.path)
  }
  /** Hears no more and leaves nothing on disk. */
  async remove(): Promise<void> {
    if (this.#gone) return
    this.#gone = true
    await this.#turn
    await this.handle.close().catch(() => undefined)
    await rm(this.path, { force: true })
  }
}
