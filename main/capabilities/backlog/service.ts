import type { GateState } from '../../../preload/contract/catalog'
import type { NamespacedRef } from '../../../preload/contract/common'
import { failure } from '../../../preload/contract/failures'
import type { Plan } from '../../../preload/contract/operations'
import type { WorkItem } from '../../../preload/contract/records'
import { DISCOVERY_STATIONS, type Gate, type Station } from '../../../preload/contract/records/work'
import { timestamp } from '../../kernel/clock'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import type { KubeObject } from '../../platform/kubernetes/types'
import { gatesOf, isReady } from './domain/gates'
import { handOverKind, planHandOver } from './hand-over'
import type { BacklogPorts } from './ports'

export interface Description extends NamespacedRef { resourceVersion: string; owner?: string | undefined; description?: string | undefined }
const invalid = (path: string, says: string) => fail(failure('INVALID', { issues: [{ path, says }] }))

/** What of an edit differs from what somebody else wrote meanwhile; the value before is not known any more. */
function conflict({ owner, description }: Description, theirs: WorkItem) {
  const fields = Object.entries({ owner, description }).flatMap(([path, mine]) => {
    const other = theirs.spec[path as 'owner' | 'description']
    return mine === undefined || mine === other ? [] : [{ path, before: '', mine, theirs: other }]
  })
  return fail(failure('CONFLICT', { kind: 'work item', name: theirs.meta.name, theirs: 'Somebody else', resourceVersion: theirs.meta.resourceVersion, fields }))
}

/** The hand-over from discovery to the MLOps line: gates, waivers, drift verdicts and moves. */
export function makeBacklog(ports: BacklogPorts) {
  const kind = handOverKind(ports)
  ports.operations.register(kind)
  const { records, sites, worklog } = ports

  async function me(signal?: AbortSignal): Promise<Outcome<{ user: string; now: string }>> {
    const home = sites.home()
    if (!home.ok) return home
    const who = await home.value.whoAmI(signal)
    return who.ok ? succeed({ user: who.value.user, now: timestamp(home.value.clock.now()) }) : who
  }
  /** Writes fields of a work item's spec from the version that was read. */
  async function write(item: WorkItem, spec: object, signal?: AbortSignal): Promise<Outcome<KubeObject>> {
    const home = sites.home()
    if (!home.ok) return home
    const ref = { name: item.meta.name, namespace: item.meta.namespace }
    return home.value.mergePatch(records.resource('WorkItem'), ref, { body: { metadata: { resourceVersion: item.meta.resourceVersion }, spec }, ...(signal && { signal }) })
  }

  return {
    async gates(ref: NamespacedRef, signal?: AbortSignal): Promise<Outcome<{ gates: GateState[]; ready: boolean }>> {
      const item = await records.read('WorkItem', ref, signal)
      if (!item.ok) return item
      const gates = gatesOf(item.value, records.known('Revision').items)
      return succeed({ gates, ready: isReady(gates) })
    },
    async describe(wanted: Description, signal?: AbortSignal): Promise<Outcome<{ resourceVersion: string }>> {
      const item = await records.read('WorkItem', wanted, signal)
      if (!item.ok) return item
      if (item.value.meta.resourceVersion !== wanted.resourceVersion) {
        const clash = conflict(wanted, item.value)
        // Events move the version all the time: only somebody else's words are a conflict.
        const untouched = records.find('WorkItem', wanted.name, wanted.namespace)
        const same = untouched?.meta.resourceVersion === wanted.resourceVersion && untouched.spec.owner === item.value.spec.owner && untouched.spec.description === item.value.spec.description
        if (clash.failure.code === 'CONFLICT' && clash.failure.data.fields.length > 0 && !same && !onlyEmpty(clash.failure.data.fields)) return clash
      }
      const { owner, description } = wanted
      const done = await write(item.value, { ...(owner !== undefined && { owner }), ...(description !== undefined && { description }) }, signal)
      return done.ok ? succeed({ resourceVersion: done.value.metadata.resourceVersion ?? '' }) : done
    },
    async waive(wanted: NamespacedRef & { gate: Gate; reason: string }, signal?: AbortSignal): Promise<Outcome<void>> {
      const [who, item] = [await me(signal), await records.read('WorkItem', wanted, signal)]
      if (!who.ok) return who
      if (!item.ok) return item
      const waiver = { gate: wanted.gate, reason: wanted.reason, by: who.value.user, at: who.value.now }
      const done = await write(item.value, { waivers: [...item.value.spec.waivers, waiver] }, signal)
      if (!done.ok) return done
      return worklog.record(wanted, ({ status }, at) => [{ id: `waived-${wanted.gate}-${at}`, at, type: 'gate-waived', by: waiver.by, text: `${wanted.gate}: ${wanted.reason}`, ...(status.station && { station: status.station }) }], signal)
    },
    async recordDrift(wanted: NamespacedRef & { result: 'none' | 'watch' | 'act' }, signal?: AbortSignal): Promise<Outcome<void>> {
      const [who, revision] = [await me(signal), await records.read('Revision', wanted, signal)]
      if (!who.ok) return who
      if (!revision.ok) return revision
      const { user, now } = who.value
      const written = await records.patchStatus('Revision', { name: wanted.name, namespace: wanted.namespace }, { drift: { result: wanted.result, checkedAt: now, by: user } }, signal)
      if (!written.ok) return written
      const ref = { namespace: wanted.namespace, name: revision.value.spec.workItem }
      const moved = await worklog.move(ref, 'drift', { by: user, object: `Revision/${wanted.namespace}/${wanted.name}` }, signal)
      if (!moved.ok) return moved
      const type = wanted.result === 'act' ? 'gate-failed' as const : 'drift-checked' as const
      return worklog.record(ref, (_item, at) => [{ id: `drift-${wanted.name}-${at}`, at, type, by: user, station: 'drift', object: `Revision/${wanted.namespace}/${wanted.name}`, text: `drift-checked: ${wanted.result}` }], signal)
    },
    async move(wanted: NamespacedRef & { station: string; text?: string | undefined }, signal?: AbortSignal): Promise<Outcome<void>> {
      const to: Station | undefined = DISCOVERY_STATIONS.find((station) => station === wanted.station)
      if (!to) return invalid('station', `there is no station ${wanted.station} on the discovery line; there are ${DISCOVERY_STATIONS.join(', ')}`)
      const [who, item] = [await me(signal), await records.read('WorkItem', wanted, signal)]
      if (!who.ok) return who
      if (!item.ok) return item
      const from = item.value.status.station
      if (from !== undefined && !DISCOVERY_STATIONS.some((station) => station === from)) return invalid('station', `${wanted.name} has left the discovery line and stands at ${from}`)
      return worklog.move(wanted, to, { by: who.value.user, ...(wanted.text !== undefined && { text: wanted.text }) }, signal)
    },
    async planHandOver(ref: NamespacedRef, signal?: AbortSignal): Promise<Outcome<Plan>> {
      const made = await planHandOver(ports, kind, { ref, signal })
      return made.ok ? succeed(ports.operations.offer(made.value)) : made
    },
  }
}
const onlyEmpty = (fields: { theirs: string }[]) => fields.every(({ theirs }) => theirs === '')
export type Backlog = ReturnType<typeof makeBacklog>
