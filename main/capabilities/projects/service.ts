import { Draft } from '../../../preload/contract/projects'
import type { Plan } from '../../../preload/contract/operations'
import { timestamp } from '../../kernel/clock'
import { succeed, type Outcome } from '../../kernel/outcome'
import { edit, type Edit } from './edit'
import { deleteKind } from './deletion'
import { planDelete, type WantedDeletion } from './deletion-plan'
import { nameStanding } from './namespace'
import { askKind, createKind, fulfilKind } from './operation'
import { planCreate, type Wanted } from './plan'
import type { ProjectPorts } from './ports'
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
    edit: (wanted: Edit, signal?: AbortSignal) => edit(ports, wanted, signal),
    /** Drafts of this machine, newest first; one that an older version wrote and nobody can read any more is passed over. */
    drafts: (): Draft[] =>
      ports.drafts.list().flatMap(({ value, savedAt }) => {
        const draft = Draft.safeParse(value)
        return draft.success ? [{ ...draft.data, savedAt: timestamp(savedAt) }] : []
      }),
    saveDraft(draft: Draft): Outcome<{ savedAt: string }> {
      const savedAt = ports.clock.now()
      const done = ports.drafts.put({ id: draft.id, value: draft, savedAt })
      return done.ok ? succeed({ savedAt: timestamp(savedAt) }) : done
    },
    discardDraft: (id: string) => ports.drafts.remove(id),
  }
}
export type Projects = ReturnType<typeof makeProjects>
