import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { failure } from '../../../preload/contract/failures'
import {
  megabytes,
  MOST_UPLOADS,
  MOST_UPLOADS_BYTES,
  MOST_UPLOADS_BYTES_TOGETHER,
} from '../../../preload/contract/limits'
import type { Clock } from '../../kernel/clock'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import { ArrivingFile, PieceOutOfPlace } from './arriving-file'

/** A file that nobody has touched for so long is removed. */
const RESTING_MS = 10 * 60_000
/** A file that has not been used after so long is removed, however slowly it still comes. */
const LONGEST_MS = 60 * 60_000
/** A file that rests for so long gives way to a new one of the same session: a page that was reloaded does not come back for it. */
const GIVES_WAY_MS = 30_000

export interface ArrivedFile {
  name: string
  bytes: Uint8Array
}
/** A file by its reference and the session that sends it; no session where the way in needs none. */
export interface OwnedUpload {
  upload: string
  owner: string | undefined
}
/** Where a file that a page handed over is taken from, whole and once. */
export interface UploadSource {
  take(ref: OwnedUpload): Promise<Outcome<ArrivedFile>>
}
interface Entry {
  upload: string
  owner: string | undefined
  name: string
  wanted: number
  begunAt: number
  touchedAt: number
  /** Taken up at once, so that many that begin together are counted; its file exists a moment later. */
  file: Promise<ArrivingFile>
  over: AbortController
}

/** Files on their way from pages, in pieces, bounded in number, size and time. */
export class Uploads implements UploadSource {
  readonly #all = new Map<string, Entry>()
  readonly #folder: string
  readonly #clock: Clock
  constructor({ folder, clock }: { folder: string; clock: Clock }) {
    this.#folder = folder
    this.#clock = clock
    try {
      // Of a core that died, nobody comes back for what was on its way.
      rmSync(folder, { recursive: true, force: true })
    } catch {
      // A store that may only be read is read all the same; what cannot be removed is refused when a file begins.
    }
  }

  async begin(
    { name, bytes }: { name: string; bytes: number },
    owner?: string,
  ): Promise<Outcome<{ upload: string }>> {
    const objection = this.#makeRoom(bytes, owner)
    if (objection) return objection
    const upload = randomBytes(16).toString('hex')
    const now = this.#clock.now()
    const entry: Entry = {
      ...{ upload, owner, name, wanted: bytes, begunAt: now, touchedAt: now },
      file: this.#create(upload, bytes),
      over: new AbortController(),
    }
    this.#all.set(upload, entry)
    try {
      await entry.file
    } catch (error) {
      this.#forget(entry)
      return unwritable(error)
    }
    void this.#removeInTime(entry)
    return succeed({ upload })
  }
  async #create(upload: string, bytes: number): Promise<ArrivingFile> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    return ArrivingFile.create(join(this.#folder, upload), bytes)
  }
  /** Appends a piece; one that is out of place changes nothing. */
  async put(ref: OwnedUpload & { at: number; piece: Uint8Array }): Promise<Outcome<Arrived>> {
    const entry = this.#find(ref)
    if (!entry) return unknown(ref.upload)
    const { name, wanted } = entry
    const file = await entry.file
    if (file.isBusy)
      return refuse(`Too many pieces of ${name} came at once.`, 'Send one and await its answer.')
    try {
      const there = await file.append(ref.at, ref.piece)
      if (there === undefined) return unknown(ref.upload)
      entry.touchedAt = this.#clock.now()
      return succeed({ bytes: there })
    } catch (error) {
      if (!(error instanceof PieceOutOfPlace)) return unwritable(error)
      return refuse(
        `A piece of ${name} does not fit: it has ${String(ref.piece.length)} bytes from ${String(ref.at)} on, and ${String(file.bytes)} of ${String(wanted)} are there.`,
        'Choose the file again.',
      )
    }
  }
  async arrived(ref: OwnedUpload): Promise<Outcome<Arrived>> {
    const entry = this.#find(ref)
    if (!entry) return unknown(ref.upload)
    const file = await entry.file
    await file.settled()
    return succeed({ bytes: file.bytes })
  }
  async giveUp(ref: OwnedUpload): Promise<void> {
    const entry = this.#find(ref)
    if (entry) await this.#remove(entry)
  }
  async take(ref: OwnedUpload): Promise<Outcome<ArrivedFile>> {
    const entry = this.#find(ref)
    if (!entry) return unknown(ref.upload)
    const { name, wanted } = entry
    const file = await entry.file
    await file.settled()
    if (file.bytes !== wanted)
      return refuse(
        `${name} has not arrived whole: ${String(file.bytes)} of ${String(wanted)} bytes.`,
        'Choose the file again.',
      )
    if (!this.#forget(entry)) return unknown(ref.upload)
    try {
      return succeed({ name, bytes: await file.readWhole() })
    } catch (error) {
      return unwritable(error)
    } finally {
      await file.remove()
    }
  }
  /** Removes the files of sessions that have ended. */
  async keepOnly(isLive: (owner: string) => boolean): Promise<void> {
    const left = [...this.#all.values()].filter(
      ({ owner }) => owner !== undefined && !isLive(owner),
    )
    await Promise.all(left.map((entry) => this.#remove(entry)))
  }
  async close(): Promise<void> {
    await Promise.all([...this.#all.values()].map((entry) => this.#remove(entry)))
    await rm(this.#folder, { recursive: true, force: true }).catch(() => undefined)
  }

  /** A session knows its own files only: those of another are as unknown as those that never were. */
  #find({ upload, owner }: OwnedUpload): Entry | undefined {
    const entry = this.#all.get(upload)
    return entry?.owner === owner ? entry : undefined
  }
  /** Whether there is room for one more of a session, once what rests has given way; says why not. */
  #makeRoom(bytes: number, owner: string | undefined) {
    const own = () => [...this.#all.values()].filter((entry) => entry.owner === owner)
    const isFull = () => own().length >= MOST_UPLOADS || sum(own()) + bytes > MOST_UPLOADS_BYTES
    const resting = own()
      .filter(({ touchedAt }) => this.#clock.now() - touchedAt >= GIVES_WAY_MS)
      .toSorted((a, b) => a.touchedAt - b.touchedAt)
    for (const entry of resting) if (isFull()) void this.#remove(entry)
    if (isFull())
      return refuse(
        `${String(own().length)} files with ${megabytes(sum(own()))} are on their way already; at most ${String(MOST_UPLOADS)} with ${megabytes(MOST_UPLOADS_BYTES)} may be.`,
        'Wait for one of them or cancel it, then try again.',
      )
    const together = sum([...this.#all.values()])
    return together + bytes > MOST_UPLOADS_BYTES_TOGETHER
      ? refuse(
          `${megabytes(together)} of files are on their way from all pages; at most ${megabytes(MOST_UPLOADS_BYTES_TOGETHER)} may be.`,
          'Try again when one of them has arrived.',
        )
      : undefined
  }
  async #removeInTime(entry: Entry): Promise<void> {
    while (this.#all.get(entry.upload) === entry) {
      const end = Math.min(entry.touchedAt + RESTING_MS, entry.begunAt + LONGEST_MS)
      const left = end - this.#clock.now()
      if (left <= 0) return this.#remove(entry)
      await this.#clock.sleep(left, entry.over.signal).catch(() => undefined)
    }
  }
  /** Answers whether it was known until now. */
  #forget(entry: Entry): boolean {
    entry.over.abort()
    return this.#all.delete(entry.upload)
  }
  async #remove(entry: Entry): Promise<void> {
    if (!this.#forget(entry)) return
    const file = await entry.file.catch(() => undefined)
    await file?.remove()
  }
}

interface Arrived {
  bytes: number
}
const sum = (entries: readonly Entry[]) => entries.reduce((all, { wanted }) => all + wanted, 0)
const refuse = (says: string, remedy: string) => fail(failure('INPUT_UNUSABLE', { says, remedy }))
const unknown = (name: string) => fail(failure('NOT_FOUND', { kind: 'file on its way', name }))
const unwritable = (error: unknown) =>
  refuse(
    `The file cannot be kept (${(error as NodeJS.ErrnoException).code ?? String(error)}).`,
    'Free some space in the folder of the local store, then try again.',
  )
