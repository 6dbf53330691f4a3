import type { Draft } from '../../../../preload/contract/projects'
import type { ProjectSpec } from '../../../../preload/contract/records/project'
import { timestamp } from '../../../kernel/clock'
import { slug } from '../../../kernel/manifest'

const SUFFIX: Record<string, string> = {
  jupyter: 'nb',
  vscode: 'code',
  rstudio: 'rs',
  mlflow: 'mlflow',
}
const DAY_MS = 86_400_000
const USUAL_DAYS = 15

/** A name for an environment that nobody has yet: the project or question, and what kind of tool it runs. */
export function environmentName(base: string, toolKind: string, taken: Set<string>): string {
  const stem = `${slug(base, 'work').slice(0, 50).replace(/-+$/, '')}-${SUFFIX[toolKind] ?? 'env'}`
  for (let number = 1; ; number++) {
    const name = number === 1 ? stem : `${stem}-${String(number)}`
    if (!taken.has(name)) return name
  }
}

/** A project's spec from what a wizard holds so far; what is missing gets its usual value where there is one. */
export function projectOf(
  draft: Pick<Draft, 'name' | 'project'>,
  usual: { person: string; site: string; team: string; now: number },
): Partial<ProjectSpec> & { timeBox: ProjectSpec['timeBox'] } {
  const given = Object.fromEntries(
    Object.entries(draft.project).filter(([, value]) => value !== undefined && value !== ''),
  ) as Draft['project']
  return {
    title: draft.name,
    owner: usual.person,
    team: usual.team,
    members: [],
    budgetUsd: 0,
    sites: [usual.site],
    ...given,
    timeBox: given.timeBox ?? {
      start: timestamp(usual.now),
      due: timestamp(usual.now + USUAL_DAYS * DAY_MS),
    },
  } as Partial<ProjectSpec> & { timeBox: ProjectSpec['timeBox'] }
}
