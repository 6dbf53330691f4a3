import type { Plan } from '../../../preload/contract/operations'
import type { Draft } from '../../../preload/contract/projects'
import { ProjectSpec } from '../../../preload/contract/records/project'
import type { Client } from '../../client'

type Core = Pick<Client, 'environments' | 'projects'>
interface Options {
  signal: AbortSignal
}

/** What a draft would become; where this person may not make a new project, or not even see its machines, what asking a lead for the project would be. */
export async function planFor(core: Core, draft: Draft, options: Options): Promise<Plan> {
  if (draft.size === undefined)
    return (
      (await projectAlone(core, draft, options)) ??
      core.environments.planProvision({ draft }, options)
    )
  const plan = await core.environments.planProvision({ draft }, options)
  const lacking = plan.permissions.some(
    ({ allowed, without }) => allowed === 'no' && without === undefined,
  )
  const asking = lacking ? await projectAlone(core, draft, options) : undefined
  return asking?.verb === 'Ask' ? asking : plan
}
async function projectAlone(core: Core, draft: Draft, options: Options): Promise<Plan | undefined> {
  const spec = ProjectSpec.safeParse({ ...draft.project, title: draft.project.title ?? draft.name })
  if (!spec.success || draft.existingProject !== undefined) return undefined
  return core.projects.planCreate(
    {
      name: draft.name,
      spec: spec.data,
      adopt: draft.adopt === draft.name,
      draft: draft.id,
      ...(draft.workItemTitle ? { workItem: { title: draft.workItemTitle } } : {}),
    },
    options,
  )
}
