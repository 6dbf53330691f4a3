import type { GateState } from '../../../preload/contract/catalog'
import type { NamespacedRef } from '../../../preload/contract/common'
import { failure } from '../../../preload/contract/failures'
import type { Plan } from '../../../preload/contract/operations'
import type { WorkItem } from '../../../preload/contract/records'
import { DISCOVERY_STATIONS, type Gate, type Station } from '../../../preload/contract/records/work'
import { timestamp } from '../../kernel/clock'
import { given } from '../../kernel/given'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import type { KubeObject } from '../../platform/kubernetes/types'
import type { OperationKind } from '../operations'
import { signedIn } from '../plans'
import { gatesOf, isReady } from './domain/gates'
import { handOverKind, planHandOver, type HandOverInput } from './hand-over'
import type { BacklogPorts } from './ports'

export interface Description extends NamespacedRef {
  resourceVersion: string
  owner?: string | undefined
  description?: string | undefined
}
const invalid = (path: string, says: string) =>
  fail(failure('INVALID', { issues: [{ path, says }] }))

/** What of an edit differs from what somebody else wrote meanwhile; the value before is not known any more. */
const fieldsThatDiffer = ({ owner, description }: Description, theirs: WorkItem) =>
  Object.entries({ owner, description }).flatMap(([path, mine]) => {
    const other = theirs.spec[path as 'owner' | 'description']
    return mine === undefined || mine === other ? [] : [{ path, before: '', mine, theirs: other }]
  })
const onlyEmpty = (fields: { theirs: string }[]) => fields.every(({ theirs }) => theirs === '')
const inDiscovery = (station: string): Station | undefined =>
  DISCOVERY_STATIONS.find((one) => one === station)
interface Me {
  user: string
  now: string
}

/** The hand-over from discovery to the MLOps line: gates, waivers, drift verdicts and moves. */
export class Backlog {
  readonly #ports: BacklogPorts
  readonly #kind: OperationKind<HandOverInput>
  constructor(ports: BacklogPorts) {
    this.#ports = ports
    this.#kind = handOverKind(ports)
    ports.operations.register(this.#kind)
  }

  async gates(
    ref: NamespacedRef,
    signal?: AbortSignal,
  ): Promise<Outcome<{ gates: GateState[]; ready: boolean }>> {
    const item = await this.#ports.records.read('WorkItem', ref, signal)
    if (!item.ok) return item
    const gates = gatesOf(item.value, this.#ports.records.known('Revision').items)
    return succeed({ gates, ready: isReady(gates) })
  }
  async describe(
    wanted: Description,
    signal?: AbortSignal,
  ): Promise<Outcome<{ resourceVersion: string }>> {
    const item = await this.#ports.records.read('WorkItem', wanted, signal)
    if (!item.ok) return item
    const clash = this.#clash(wanted, item.value)
    if (clash) return clash
    const { owner, description } = wanted
    const done = await this.#write(item.value, given({ owner, description }), signal)
    return done.ok ? succeed({ resourceVersion: done.value.metadata.resourceVersion ?? '' }) : done
  }
  async waive(
    wanted: NamespacedRef & { gate: Gate; reason: string },
    signal?: AbortSignal,
  ): Promise<Outcome<void>> {
    const [me, item] = [
      await this.#me(signal),
      await this.#ports.records.read('WorkItem', wanted, signal),
    ]
    if (!me.ok) return me
    if (!item.ok) return item
    const waiver = { gate: wanted.gate, reason: wanted.reason, by: me.value.user, at: me.value.now }
    const done = await this.#write(
      item.value,
      { waivers: [...item.value.spec.waivers, waiver] },
      signal,
    )
    if (!done.ok) return done
    const text = `${wanted.gate}: ${wanted.reason}`
    return this.#ports.worklog.record(
      wanted,
      ({ status }, at) => [
        {
          id: `waived-${wanted.gate}-${at}`,
          at,
          type: 'gate-waived',
          by: waiver.by,
          text,
          ...given({ station: status.station }),
        },
      ],
      signal,
    )
  }
  async recordDrift(
    wanted: NamespacedRef & { result: 'none' | 'watch' | 'act' },
    signal?: AbortSignal,
  ): Promise<Outcome<void>> {
    const { records, worklog } = this.#ports
    const [me, revision] = [await this.#me(signal), await records.read('Revision', wanted, signal)]
    if (!me.ok) return me
    if (!revision.ok) return revision
    const { user, now } = me.value
    const written = await records.patchStatus(
      'Revision',
      { name: wanted.name, namespace: wanted.namespace },
      { drift: { result: wanted.result, checkedAt: now, by: user } },
      signal,
    )
    if (!written.ok) return written
    const ref = { namespace: wanted.namespace, name: revision.value.spec.workItem }
    const object = `Revision/${wanted.namespace}/${wanted.name}`
    const moved = await worklog.move(ref, { to: 'drift', by: user, object }, signal)
    if (!moved.ok) return moved
    const type = wanted.result === 'act' ? ('gate-failed' as const) : ('drift-checked' as const)
    return worklog.record(
      ref,
      (_item, at) => [
        {
          id: `drift-${wanted.name}-${at}`,
          at,
          type,
          by: user,
          station: 'drift',
          object,
          text: `drift-checked: ${wanted.result}`,
        },
      ],
      signal,
    )
  }
  async move(
    wanted: NamespacedRef & { station: string; text?: string | undefined },
    signal?: AbortSignal,
  ): Promise<Outcome<void>> {
    const to = inDiscovery(wanted.station)
    if (!to)
      return invalid(
        'station',
        `there is no station ${wanted.station} on the discovery line; there are ${DISCOVERY_STATIONS.join(', ')}`,
      )
    const [me, item] = [
      await this.#me(signal),
      await this.#ports.records.read('WorkItem', wanted, signal),
    ]
    if (!me.ok) return me
    if (!item.ok) return item
    const from = item.value.status.station
    if (from !== undefined && !inDiscovery(from))
      return invalid('station', `${wanted.name} has left the discovery line and stands at ${from}`)
    return this.#ports.worklog.move(
      wanted,
      { to, by: me.value.user, ...given({ text: wanted.text }) },
      signal,
    )
  }
  async planHandOver(ref: NamespacedRef, signal?: AbortSignal): Promise<Outcome<Plan>> {
    const made = await planHandOver(this.#ports, this.#kind, { ref, signal })
    return made.ok ? succeed(this.#ports.operations.offer(made.value)) : made
  }

  async #me(signal?: AbortSignal): Promise<Outcome<Me>> {
    const me = await signedIn(this.#ports.sites, signal)
    return me.ok ? succeed({ user: me.value.user, now: timestamp(me.value.home.clock.now()) }) : me
  }
  /** Events move the version all the time: only words of somebody else, who wrote them since, are a conflict. */
  #clash(wanted: Description, now: WorkItem) {
    if (now.meta.resourceVersion === wanted.resourceVersion) return undefined
    const seen = this.#ports.records.find('WorkItem', wanted.name, wanted.namespace)
    const same =
      seen?.meta.resourceVersion === wanted.resourceVersion &&
      seen.spec.owner === now.spec.owner &&
      seen.spec.description === now.spec.description
    const fields = same ? [] : fieldsThatDiffer(wanted, now)
    if (fields.length === 0 || onlyEmpty(fields)) return undefined
    return fail(
      failure('CONFLICT', {
        kind: 'work item',
        name: now.meta.name,
        theirs: 'Somebody else',
        resourceVersion: now.meta.resourceVersion,
        fields,
      }),
    )
  }
  /** Writes fields of a work item's spec from the version that was read. */
  async #write(item: WorkItem, spec: object, signal?: AbortSignal): Promise<Outcome<KubeObject>> {
    const home = this.#ports.sites.home()
    if (!home.ok) return home
    const ref = { name: item.meta.name, namespace: item.meta.namespace }
    return home.value.mergePatch(this.#ports.records.resource('WorkItem'), ref, {
      body: { metadata: { resourceVersion: item.meta.resourceVersion }, spec },
      ...given({ signal }),
    })
  }
}
export const makeBacklog = (ports: BacklogPorts): Backlog => new Backlog(ports)
