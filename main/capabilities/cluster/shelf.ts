import { z } from 'zod'
import type { Log } from '../../platform/log'
import type { Store } from '../../platform/store'
import type { Row } from './domain/row'
import type { Rows } from './rows'
import { LAST_TIME } from './rows'

const INDEX = 'cluster.lastSeen'
/** Rows written at once: more would hold up the core. */
const CHUNK = 1_000
const KEPT_LISTS = 40
const Index = z
  .array(
    z.object({
      key: z.string(),
      save: z.number().int(),
      chunks: z.number().int(),
      rows: z.number().int(),
      asOf: z.number(),
      columns: z.string(),
    }),
  )
  .catch([])
const Cell = z.union([z.string(), z.number(), z.null()])
const StoredRow = z.tuple([
  z.number().int(),
  z.string(),
  z.string(),
  z.string(),
  z.string(),
  z.array(Cell),
  z.string(),
  z.unknown(),
])
const Chunk = z.array(StoredRow)

export interface LastSeenLists {
  /** What a list was when it was last looked at: rows, and how old they are by the site's clock. */
  asOf(key: string): { asOf: number; rows: number } | undefined
  /** Puts the last seen rows back, some at a time. */
  load(key: string, rows: Rows, columns: string): Generator<void, void>
  /** Writes the rows some at a time; they count only when all are written. */
  save(
    key: string,
    rows: Iterable<Row>,
    at: { asOf: number; columns: string },
  ): Generator<void, void>
}

/** Last seen lists in the local store: what is shown, greyed, when there is no network. */
export function lastSeenLists(store: Pick<Store, 'blobs' | 'settings'>, log: Log): LastSeenLists {
  const index = () => Index.parse(store.settings.get(INDEX) ?? [])
  const blobOf = (key: string, save: number, chunk: number) => `cluster/${key}/${save % 2}/${chunk}`
  return {
    asOf(key) {
      const found = index().find((one) => one.key === key)
      return found && { asOf: found.asOf, rows: found.rows }
    },
    *load(key, rows, columns) {
      const found = index().find((one) => one.key === key)
      // Columns of another version of Takt would stand under the wrong heads.
      if (!found || found.columns !== columns) return
      for (let chunk = 0; chunk < found.chunks; chunk++) {
        for (const [source, namespace, name, uid, state, cells, words, facts] of readChunk(
          store.blobs.get(blobOf(key, found.save, chunk)),
        )) {
          if (!rows.find(source, namespace, name))
            rows.put(
              source,
              { namespace, name, uid, state, cells, words, ...(facts !== null && { facts }) },
              { seen: LAST_TIME, whole: true },
            )
        }
        yield
      }
    },
    *save(key, rows, { asOf, columns }) {
      const before = index().find((one) => one.key === key)
      const save = (before?.save ?? 0) + 1
      let chunks = 0
      let count = 0
      const write = (some: Row[]) => {
        const text = JSON.stringify(
          some.map((row) => [
            row.source,
            row.namespace,
            row.name,
            row.uid,
            row.state,
            row.cells,
            row.words,
            row.facts ?? null,
          ]),
        )
        const kept = store.blobs.set(blobOf(key, save, chunks), Buffer.from(text))
        if (!kept.ok) log.warn('A last seen list could not be kept.', { code: kept.failure.code })
        chunks++
        count += some.length
        return kept.ok
      }
      let some: Row[] = []
      for (const row of rows) {
        some.push(row)
        if (some.length < CHUNK) continue
        if (!write(some)) return
        some = []
        yield
      }
      if (!write(some)) return
      const others = index().filter((one) => one.key !== key)
      store.settings.set(
        INDEX,
        [{ key, save, chunks, rows: count, asOf, columns }, ...others].slice(0, KEPT_LISTS),
      )
      for (const old of others.slice(KEPT_LISTS - 1))
        for (let chunk = 0; chunk < old.chunks; chunk++)
          store.blobs.remove(blobOf(old.key, old.save, chunk))
      for (let chunk = 0; before && chunk < before.chunks; chunk++)
        store.blobs.remove(blobOf(key, before.save, chunk))
    },
  }
}

function readChunk(bytes: Uint8Array | undefined): z.infer<typeof Chunk> {
  if (!bytes) return []
  try {
    const parsed = Chunk.safeParse(JSON.parse(Buffer.from(bytes).toString()))
    return parsed.success ? parsed.data : []
  } catch {
    return []
  }
}
