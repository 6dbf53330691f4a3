import type { ObjectRef } from '../../../preload/contract/objects'
import type { Plan } from '../../../preload/contract/operations'
import { succeed, type Outcome } from '../../kernel/outcome'
import type { MadePlan } from '../operations'
import { applyKind, planApply, type ApplyAsk } from './apply-plan'
import { deleteKind, planDelete } from './delete-plan'
import { fieldKind } from './field-operations'
import { planField } from './field-plans'
import { ObjectForwards } from './forwards'
import { makeKeeper } from './kept'
import { makeLogs } from './logs'
import { offersForMany } from './many-offers'
import { manyKind } from './many-operations'
import { planMany, type ManyAsk } from './many-plan'
import { makeManifests } from './manifests'
import { offersFor } from './offers'
import type { ObjectPorts } from './ports'
import { planRollback, revisionsOf, rollbackKind } from './rollback'
import { stories } from './stories'
import { makeTerminals } from './terminals'

/** One object of a cluster at a time: its story, logs, terminal, ports and manifest, and changes as plans. */
export function makeObjects(ports: ObjectPorts) {
  const keeper = makeKeeper(ports)
  const manifests = makeManifests()
  const logs = makeLogs(ports)
  const terminals = makeTerminals(ports)
  const forwards = new ObjectForwards(ports)
  const remove = deleteKind(ports)
  ports.operations.register(fieldKind)
  ports.operations.register(applyKind)
  ports.operations.register(rollbackKind)
  ports.operations.register(remove)
  const many = manyKind(ports)
  ports.operations.register(many)
  const offered = async <I>(making: Promise<Outcome<MadePlan<I>>>): Promise<Outcome<Plan>> => {
    const made = await making
    return made.ok ? succeed(ports.operations.offer(made.value)) : made
  }
  return {
    logs,
    terminals,
    forwards,
    watch: (ref: ObjectRef, signal?: AbortSignal) => stories(ports, keeper, { ref, signal }),
    offers: (ref: ObjectRef, signal?: AbortSignal) => offersFor(ports, ref, signal),
    async yaml(ref: ObjectRef, signal?: AbortSignal) {
      const client = ports.sites.client(ref.site)
      return client.ok ? manifests.read(client.value, ref, signal) : client
    },
    planApply: (ask: ApplyAsk, signal?: AbortSignal) =>
      offered(planApply(ports, { ...ask, manifests }, signal)),
    planScale: (ref: ObjectRef, replicas: number, signal?: AbortSignal) =>
      offered(planField(ports, { ref, what: 'scale', replicas }, signal)),
    planChange: (ref: ObjectRef, what: 'restart' | 'suspend' | 'resume', signal?: AbortSignal) =>
      offered(planField(ports, { ref, what }, signal)),
    revisions: (ref: ObjectRef, signal?: AbortSignal) => revisionsOf(ports, ref, signal),
    planRollback: (ref: ObjectRef, to: string, signal?: AbortSignal) =>
      offered(planRollback(ports, { ref, to }, signal)),
    planDelete: (ask: { ref: ObjectRef; keepDependents: boolean }, signal?: AbortSignal) =>
      offered(planDelete(ports, { ...ask, kind: remove }, signal)),
    manyOffers: (ask: Parameters<typeof offersForMany>[1], signal?: AbortSignal) =>
      offersForMany(ports, ask, signal),
    planMany: (ask: ManyAsk, signal?: AbortSignal) =>
      offered(planMany(ports, { ...ask, kind: many }, signal)),
    close() {
      logs.close()
      terminals.close()
      forwards.closeAll()
    },
  }
}
export type Objects = ReturnType<typeof makeObjects>
