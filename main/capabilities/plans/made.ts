import type { Plan } from '../../../preload/contract/operations'
import type { Manifest } from '../../kernel/manifest'
import { writeYaml } from '../../platform/yaml'
import type { OperationKind } from '../operations'

export type PlanBody = Omit<Plan, 'id' | 'madeAt' | 'expiresAt'>
type Needed = Pick<PlanBody, 'kind' | 'title' | 'verb' | 'site' | 'subject' | 'as'>

/** A plan's body where everything not told is empty. */
export const planBody = (told: Needed & Partial<PlanBody>): PlanBody => ({
  changes: [],
  dryRun: { result: 'not-run', says: [] },
  permissions: [],
  quotas: [],
  risks: [],
  choices: [],
  steps: [],
  blockedBy: [],
  ...told,
})

/** The steps of an operation as its plan lists them. */
export const stepsOf = <I>(kind: OperationKind<I>, input: I): PlanBody['steps'] =>
  kind.steps(input).map(({ id, title, promiseSeconds }) => ({
    id,
    title,
    ...(promiseSeconds !== undefined && { promiseSeconds }),
  }))

/** The objects as one file for somebody with the rights. */
export const asYaml = (objects: Manifest[]): string =>
  objects.map((object) => writeYaml(object)).join('---\n')
