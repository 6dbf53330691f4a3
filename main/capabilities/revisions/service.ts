import { z } from 'zod'
import type { NamespacedRef } from '../../../preload/contract/common'
import { failure } from '../../../preload/contract/failures'
import type { Plan } from '../../../preload/contract/operations'
import { Draft } from '../../../preload/contract/projects'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import { parseQuantity } from '../../kernel/quantities'
import { KUBE } from '../plans'
import { collect } from './collect'
import { bindingsOf, scoreOf, type Binding } from './domain/score'
import { planSave, saveKind, type Wanted } from './plan'
import type { RevisionPorts } from './ports'

const GI = 2 ** 30
const USUAL_GI = 200
const Snapshot = z.object({
  status: z.object({ restoreSize: z.union([z.string(), z.number()]).nullish() }).prefault({}),
})

/** Revisions: previewed, saved, and made again. */
export function makeRevisions(ports: RevisionPorts) {
  const save = saveKind(ports)
  ports.operations.register(save)

  async function preview(
    ref: NamespacedRef,
    signal?: AbortSignal,
  ): Promise<Outcome<{ bindings: Binding[]; score: number; missing: string[] }>> {
    const home = ports.sites.home()
    if (!home.ok) return home
    const environment = await ports.records.read('Environment', ref, signal)
    if (!environment.ok) return environment
    const collected = await collect(ports, home.value, {
      environment: environment.value,
      parameters: {},
      metrics: {},
      snapshotName: `${ref.name}-next`,
      signal,
    })
    if (!collected.ok) return collected
    const bindings = bindingsOf(collected.value.bound)
    return succeed({ bindings, ...scoreOf(bindings) })
  }

  /** The workspace as large as the snapshot it comes from, or as its environment had it. */
  async function workspaceGi(
    ref: NamespacedRef,
    of: { environment: string; snapshot: string | undefined },
    signal?: AbortSignal,
  ): Promise<number> {
    const before =
      ports.records.find('Environment', of.environment, ref.namespace)?.spec.workspace.gi ??
      USUAL_GI
    const home = ports.sites.home()
    if (!home.ok || of.snapshot === undefined) return before
    const found = await home.value.get(
      KUBE.volumeSnapshots,
      { name: of.snapshot, namespace: ref.namespace },
      Snapshot,
      signal,
    )
    const size = found.ok ? parseQuantity(found.value?.status.restoreSize ?? '') : undefined
    return Math.max(before, Math.ceil((size ?? 0) / GI))
  }

  async function planReproduce(
    { as, ...ref }: NamespacedRef & { as: string },
    signal?: AbortSignal,
  ): Promise<Outcome<Plan>> {
    const revision = await ports.records.read('Revision', ref, signal)
    if (!revision.ok) return revision
    const { spec } = revision.value
    if (ports.records.find('Environment', as, ref.namespace))
      return fail(failure('ALREADY_EXISTS', { kind: 'environment', name: as }))
    const [image] = spec.images
    const gi = await workspaceGi(
      ref,
      { environment: spec.environment, snapshot: spec.code.snapshot },
      signal,
    )
    const { gpu, ...machine } = spec.size
    // A snapshot can only be restored by the driver that took it, so the volume's class stays the same.
    const storageClass = ports.records.find('Environment', spec.environment, ref.namespace)?.spec
      .workspace.storageClass
    const model = gpu?.model
    const draft = Draft.parse({
      id: `reproduce-${ref.name}`,
      step: 'button',
      name: as,
      project: {},
      existingProject: ref.namespace,
      tool: image?.tool,
      workspaceGi: gi,
      ...(storageClass !== undefined && { storageClass }),
      data: spec.data.map(({ source }) => ({ source })),
      size: {
        ...machine,
        ...(gpu && {
          gpu: { resource: gpu.resource, count: gpu.count, ...(model !== undefined && { model }) },
        }),
      },
    })
    return ports.environments.planProvision(
      {
        draft,
        name: as,
        workItem: spec.workItem,
        reproduces: ref.name,
        ...(image && { image: image.image }),
        ...(spec.code.snapshot !== undefined && { restoreFrom: spec.code.snapshot }),
        snapshots: spec.data,
      },
      signal,
    )
  }

  return {
    preview,
    planReproduce,
    async planSave(wanted: Wanted, signal?: AbortSignal): Promise<Outcome<Plan>> {
      const made = await planSave(ports, save, { wanted, signal })
      return made.ok ? succeed(ports.operations.offer(made.value)) : made
    },
  }
}
export type Revisions = ReturnType<typeof makeRevisions>
