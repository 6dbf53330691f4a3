import type { Project } from '../../../../preload/contract/records'
import type { BurstPolicySpec } from '../../../../preload/contract/records/burst'
import type { QueuedJob } from '../domain/snapshot'

export interface Whose {
  project: string
  team: string
  costCentre: string
  sites: string[] | undefined
}

/** Whose work a namespace holds: the project's team and cost centre, else what its queue and name say. */
export function ownersOf(
  projects: readonly Project[],
): (namespace: string, queue: string | undefined) => Whose {
  const byNamespace = new Map(
    projects.map((project) => [project.status.namespace ?? project.meta.name, project]),
  )
  return (namespace, queue) => {
    const project = byNamespace.get(namespace)
    return project
      ? {
          project: project.meta.name,
          team: project.spec.team,
          costCentre: project.spec.costCentre,
          sites: project.spec.sites,
        }
      : { project: namespace, team: queue ?? namespace, costCentre: '', sites: undefined }
  }
}

/** Names of caps that cannot be mistaken for each other. */
export const SCOPE = {
  costCentre: (name: string) => name,
  team: (name: string) => `team/${name}`,
  project: (name: string) => `project/${name}`,
} as const

/** What an hour of waiting is worth for a job of ten GPU hours: the entry that says most about it wins. */
export function usdPerWaitHour(
  policy: Pick<BurstPolicySpec, 'waiting'>,
  of: { team: string; priority: string },
): number {
  const fits = policy.waiting.filter(
    ({ team, priority }) =>
      (team === '' || team === of.team) && (priority === undefined || priority === of.priority),
  )
  const sure = ({ team, priority }: (typeof fits)[number]) =>
    (team === '' ? 0 : 2) + (priority === undefined ? 0 : 1)
  return fits.toSorted((a, b) => sure(b) - sure(a))[0]?.usdPerHour ?? 0
}

/** Priority classes as powers of two: what is more urgent than the usual counts double, what is less counts half. */
export const priorityStep = (value: number): number => (value > 0 ? 1 : value < 0 ? -1 : 0)

export const budgetNames = (whose: Whose): Pick<QueuedJob, 'costCentre' | 'team' | 'project'> => ({
  costCentre: SCOPE.costCentre(whose.costCentre),
  team: SCOPE.team(whose.team),
  project: SCOPE.project(whose.project),
})
