import { z } from 'zod'
import { explain } from '../../../preload/contract/explain'
import type { Failure } from '../../../preload/contract/failures'

import { succeed, type Outcome } from '../../kernel/outcome'
import { madeForProject } from '../../kernel/ownership'
import { parseQuantity } from '../../kernel/quantities'
import type { KubeClient } from '../../platform/kubernetes/types'
import { KUBE } from '../plans'
import type { ProjectPorts } from './ports'

/** Something of a project that lies in no namespace: a workspace in a bucket, blocks at a storage driver. */
export interface StoredBytes {
  name: string
  place: string
  bytes: number
}
/** What of a project stands in no namespace of it. */
export interface Leftovers {
  /** Contents of snapshots that Takt made for it: they point at blocks, and go. */
  contents: { name: string; uid: string }[]
  kept: string[]
  risks: string[]
}
export const NO_LEFTOVERS: Leftovers = { contents: [], kept: [], risks: [] }
interface Asking {
  home: KubeClient
  project: string
  namespace: string
  signal: AbortSignal | undefined
}

const Marks = z.record(z.string(), z.string()).default({})
const Content = z.object({
  metadata: z.object({ name: z.string(), uid: z.string(), labels: Marks }),
  spec: z.object({
    deletionPolicy: z.string().default(''),
    volumeSnapshotRef: z.object({ namespace: z.string().default('') }).prefault({}),
  }),
  status: z
    .object({ restoreSize: z.union([z.number(), z.string()]).nullish() })
    .nullish()
    .transform((status) => status ?? {}),
})
type Content = z.infer<typeof Content>
const bytesOf = ({ status: { restoreSize } }: Content): number =>
  typeof restoreSize === 'string' ? (parseQuantity(restoreSize) ?? 0) : (restoreSize ?? 0)

const GIB = 2 ** 30
/** "12.5 GiB, about $1.25 a month": at the storage price of the book; without a book the size alone. */
export function sizeSays(bytes: number, usdPerGiMonth: number | undefined): string {
  const gi = bytes / GIB
  const size = `${gi < 0.1 ? gi.toFixed(3) : gi.toFixed(1)} GiB`
  return usdPerGiMonth === undefined
    ? `${size}, at a price that the price book does not tell`
    : `${size}, about $${(gi * usdPerGiMonth).toFixed(2)} a month`
}

/** Contents of snapshots, which belong to no namespace: those that Takt made for the project go, those that a driver keeps are told. */
async function snapshotContents(
  { home, project, namespace, signal }: Asking,
  usdPerGiMonth: number | undefined,
): Promise<Outcome<Leftovers>> {
  const found = await home.list(KUBE.volumeSnapshotContents, {}, Content, signal)
  if (!found.ok) {
    if (found.failure.code === 'NOT_FOUND') return succeed(NO_LEFTOVERS)
    return found.failure.code === 'FORBIDDEN'
      ? succeed({ contents: [], kept: [], risks: [unseen('contents of snapshots', found.failure)] })
      : found
  }
  const own = found.value.filter(madeForProject(project))
  const retained = found.value.filter(
    (one) =>
      !own.includes(one) &&
      one.spec.volumeSnapshotRef.namespace === namespace &&
      one.spec.deletionPolicy === 'Retain',
  )
  return succeed({
    contents: own.map(({ metadata: { name, uid } }) => ({ name, uid })),
    kept: retained.map(
      (one) =>
        `snapshot content ${one.metadata.name}, which its driver keeps: ${sizeSays(bytesOf(one), usdPerGiMonth)}`,
    ),
    risks: [],
  })
}
const unseen = (what: string, failure: Failure) =>
  `Whether ${what} of it stay and cost cannot be seen: ${explain(failure).says}`

/** Everything of a project that stands outside its namespaces, with its size and what it goes on to cost. */
export async function leftoversOf(
  { records, stored }: Pick<ProjectPorts, 'records' | 'stored'>,
  asking: Asking,
): Promise<Outcome<Leftovers>> {
  const book = records.find('PriceBook', 'default')
  const price = book?.spec.storageUsdPerGiMonth
  const contents = await snapshotContents(asking, price)
  if (!contents.ok) return contents
  const lying = (await stored?.(asking.namespace, asking.signal)) ?? { found: [], unread: [] }
  return succeed({
    contents: contents.value.contents,
    kept: [
      ...contents.value.kept,
      ...lying.found.map(
        ({ name, place, bytes }) =>
          `workspace ${name} as it was last shipped, in ${place}: ${sizeSays(bytes, price)}`,
      ),
    ],
    risks: [
      ...contents.value.risks,
      ...lying.unread.map(({ site, failure }) => unseen(`workspaces on ${site}`, failure)),
    ],
  })
}
