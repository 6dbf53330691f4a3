import type { PodSecurityWish } from '../../../preload/contract/pod-security'
import type { Plan } from '../../../preload/contract/operations'
import { succeed, type Outcome } from '../../kernel/outcome'
import { edit, type Edit } from './edit'
import { deleteKind } from './deletion'
import { planDelete, type WantedDeletion } from './deletion-plan'
import { nameStanding } from './namespace'
import { askKind, createKind, fulfilKind } from './operation'
import { planCreate, type Wanted } from './plan'
import type { ProjectPorts } from './ports'
import { planPodSecurity, podSecurity, podSecurityKind } from './pod-security'
import { planAsk, planFulfil } from './request'

/** Projects: created, asked for, fulfilled and deleted through plans, edited with a merge, drafted on this machine. */
export function makeProjects(ports: ProjectPorts) {
  const create = createKind(ports)
  const remove = deleteKind(ports)
  const ask = askKind(ports)
  const fulfil = fulfilKind(ports)
  ports.operations.register(create)
  ports.operations.register(ask)
  ports.operations.register(fulfil)
  ports.operations.register(remove)
  return {
    async planCreate(wanted: Wanted, signal?: AbortSignal): Promise<Outcome<Plan>> {
      const made = await planCreate(ports, create, { wanted, signal })
      if (!made.ok) return made
      const asked = await planAsk(ports, ask, {
        input: made.value.input,
        permissions: made.value.plan.permissions,
        signal,
      })
      if (!asked.ok) return asked
      return succeed(
        asked.value ? ports.operations.offer(asked.value) : ports.operations.offer(made.value),
      )
    },
    nameStanding: (name: string, signal?: AbortSignal) => nameStanding(ports.sites, name, signal),
    async planFulfil(
      { name, adopt }: { name: string; adopt?: boolean | undefined },
      signal?: AbortSignal,
    ): Promise<Outcome<Plan>> {
      const made = await planFulfil(ports, fulfil, { name, adopt, signal })
      return made.ok ? succeed(ports.operations.offer(made.value)) : made
    },
    async planDelete(wanted: WantedDeletion, signal?: AbortSignal): Promise<Outcome<Plan>> {
      const made = await planDelete(ports, remove, { wanted, signal })
      return made.ok ? succeed(ports.operations.offer(made.value)) : made
    },
    ...security(ports),
    edit: (wanted: Edit, signal?: AbortSignal) => edit(ports, wanted, signal),
    drafts: ports.drafts,
  }
}
/** What may run in the namespaces of projects. */
function security(ports: ProjectPorts) {
  const kind = podSecurityKind()
  ports.operations.register(kind)
  return {
    podSecurity: (project: string, signal?: AbortSignal) => podSecurity(ports, project, signal),
    async planPodSecurity(wish: PodSecurityWish, signal?: AbortSignal): Promise<Outcome<Plan>> {
      const made = await planPodSecurity(ports, kind, { wish, signal })
      return made.ok ? succeed(ports.operations.offer(made.value)) : made
    },
  }
}
export type Projects = ReturnType<typeof makeProjects>
