import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { BundleSummary } from '../../../../preload/contract/drift-review'
import { given } from '../../../kernel/given'
import { succeed, type Outcome } from '../../../kernel/outcome'
import type { BookAt, Summary } from '../desk/questions'
import { sha256 } from '../hash'
import { StoredSummary } from '../monitors/shelf'
import type { DriftPorts } from '../ports'
import { asked } from '../refusal'
import type { Signer } from './signer'

const LIST = 'drift.bundles'
const viewKey = (id: string) => `drift.bundle.${id}`
const Kept = z.object({ summary: BundleSummary, models: z.array(StoredSummary) })
export interface Opened {
  summary: BundleSummary
  models: Summary[]
}
type Ports = Pick<DriftPorts, 'store' | 'reading' | 'clock'> & { signer: Signer }

/** Bundles opened on this machine; they stay open over a restart, and nothing of them is asked of any network. */
export class Bundles {
  readonly #ports: Ports
  readonly #open = new Map<string, Opened>()
  readonly #bytes = new Map<string, Uint8Array>()
  constructor(ports: Ports) {
    this.#ports = ports
  }

  ids(): string[] {
    return z.array(z.string()).safeParse(this.#ports.store.settings.get(LIST) ?? []).data ?? []
  }
  list(): BundleSummary[] {
    return this.ids().flatMap((id) => this.get(id)?.summary ?? [])
  }
  get(id: string): Opened | undefined {
    const known =
      this.#open.get(id) ??
      (this.ids().includes(id)
        ? Kept.safeParse(this.#ports.store.views.get(viewKey(id))?.value).data
        : undefined)
    if (known) this.#open.set(id, known)
    return known
  }
  async book(id: string, model: string): Promise<BookAt | undefined> {
    const at = this.get(id)?.models.findIndex((one) => one.id === model) ?? -1
    if (at < 0) return undefined
    const bytes = this.#bytes.get(id) ?? shared(await readFile(this.#file(id)))
    this.#bytes.set(id, bytes)
    return { key: id, bytes, at }
  }
  #file(id: string) {
    return join(this.#ports.store.folder, 'drift-bundles', `${id}.takt`)
  }

  async open(
    name: string,
    bytes: Uint8Array,
    signal?: AbortSignal,
  ): Promise<Outcome<BundleSummary>> {
    const { store, reading, clock, signer } = this.#ports,
      began = performance.now()
    const whole = shared(bytes),
      answer = await asked(reading.ask<'open'>({ ask: 'open', bytes: whole }, { signal }))
    if (!answer.ok) return answer
    const { summaries, recomputed, differing, createdAt, signer: claimed, signedBy } = answer.value,
      id = sha256(bytes),
      known = signedBy === undefined ? undefined : signer.nameOf(signedBy)
    const summary: BundleSummary = {
      id,
      name,
      bytes: bytes.length,
      models: summaries.length,
      savedAt: createdAt,
      signature: signedBy === undefined ? 'none' : known === undefined ? 'unknown-signer' : 'valid',
      recomputed,
      differing,
      seconds: (performance.now() - began) / 1000,
      simulated: summaries.some(({ simulated }) => simulated),
      ...given({
        signer:
          known ??
          (signedBy === undefined
            ? undefined
            : `${claimed ?? 'somebody'} · key ${signedBy.slice(0, 16)}`),
      }),
    }
    await keepFile(this.#file(id), bytes)
    const kept = store.together(() => {
      store.views.set(viewKey(id), { summary, models: summaries }, clock.now())
      store.settings.set(LIST, [...this.ids().filter((one) => one !== id), id])
    })
    if (!kept.ok) return kept
    this.#open.set(id, { summary, models: summaries })
    this.#bytes.set(id, whole)
    return succeed(summary)
  }
  async close(id: string): Promise<Outcome<void>> {
    const { store } = this.#ports
    this.#open.delete(id)
    this.#bytes.delete(id)
    if (this.ids().includes(id)) await rm(this.#file(id), { force: true })
    return store.together(() => {
      store.views.set(viewKey(id), null, 0)
      store.settings.set(
        LIST,
        this.ids().filter((one) => one !== id),
      )
    })
  }
}

/** The same bytes where a thread can read them without a copy. */
function shared(bytes: Uint8Array): Uint8Array {
  const made = new Uint8Array(new SharedArrayBuffer(bytes.length))
  made.set(bytes)
  return made
}
/** Written beside and moved, so that a file is whole or not there. */
async function keepFile(file: string, bytes: Uint8Array): Promise<void> {
  if (existsSync(file)) return
  await mkdir(join(file, '..'), { recursive: true })
  await writeFile(`${file}.part`, bytes)
  await rename(`${file}.part`, file)
}
