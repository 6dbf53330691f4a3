import { AnyObject } from '../../platform/kubernetes/objects'
import type { KubeClient, Resource } from '../../platform/kubernetes/types'
import type { ListDefinition } from './domain/definition'
import type { Row } from './domain/row'
import type { Rows } from './rows'

const AT_ONCE = 6
const MOST = 200

interface FillPorts {
  client: KubeClient
  rows: Rows
  definition: ListDefinition
  resourceOf(row: Row): Resource | undefined
  changed(): void
}

/** Reads the objects of rows in sight, so that their columns need not wait for the whole list. */
export class FeedFill {
  readonly #ports: FillPorts
  readonly #signal: AbortSignal
  readonly #tried = new WeakSet<Row>()
  #wanted: Row[] = []
  #working = 0
  constructor(ports: FillPorts, signal: AbortSignal) {
    this.#ports = ports
    this.#signal = signal
  }
  want(rows: readonly Row[]) {
    // The latest look counts: what was scrolled past is left to the list.
    this.#wanted = rows.filter((row) => !this.#tried.has(row)).slice(0, MOST)
    while (this.#working < AT_ONCE && this.#wanted.length > 0) this.#work().catch(() => undefined)
  }
  async #work() {
    this.#working++
    try {
      for (let row = this.#wanted.shift(); row && !this.#signal.aborted; row = this.#wanted.shift())
        await this.#one(row)
    } finally {
      this.#working--
    }
  }
  async #one(row: Row) {
    const { client, rows, definition, resourceOf, changed } = this.#ports
    const resource = resourceOf(row)
    if (row.whole || row.gone || !resource) return
    this.#tried.add(row)
    const got = await client.get(
      resource,
      { name: row.name, ...(row.namespace !== '' && { namespace: row.namespace }) },
      AnyObject,
      this.#signal,
    )
    // The list or the watch may have been faster, and then knows better.
    if (!got.ok || !got.value || row.whole || row.gone) return
    const projected = definition.sources[row.source]?.project(got.value, client.clock.now())
    if (!projected) return
    rows.put(row.source, projected, { seen: row.seen, whole: true })
    changed()
  }
}
