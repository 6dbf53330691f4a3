import { momentsOf, type Seen } from './moments'
import type { Raw } from './raw'

const MOST_OWNED = 50
const newestFirst = (a: Raw, b: Raw) =>
  (b.metadata.creationTimestamp ?? '').localeCompare(a.metadata.creationTimestamp ?? '')
const named = (moment: Seen): Seen => ({
  ...moment,
  title: `${moment.of.kind} ${moment.of.name}: ${moment.title.charAt(0).toLowerCase()}${moment.title.slice(1)}`,
})
// Of a child its birth, its end and how its containers fared; its small steps are told where it is opened itself.
const ofChild = ({ source, sign }: Seen) =>
  source !== 'condition' || sign === 'failed' || sign === 'warning'

/** What the owners of an object and what it owns say of their own course, by name: a run's story is mostly that of its pods and its place in the queue. */
export function momentsOfKin({ owners, owned }: { owners: Raw[]; owned: Raw[] }): Seen[] {
  return [
    ...owners.flatMap(momentsOf),
    ...[...owned]
      .sort(newestFirst)
      .slice(0, MOST_OWNED)
      .flatMap((raw) => momentsOf(raw).filter(ofChild)),
  ].map(named)
}
