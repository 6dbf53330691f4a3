import { z } from 'zod'
import { failure } from '../../../../preload/contract/failures'
import { fail, succeed, type Outcome } from '../../../kernel/outcome'
import type { KubeClient } from '../../../platform/kubernetes/types'
import { AWAY } from '../../environments'
import { done, resourceOf } from '../../plans'
import { jsonMark } from '../live/budgets'
import { AwayMark } from './input'

const ENVIRONMENT = resourceOf({ apiVersion: 'takt.dev/v1alpha1', kind: 'Environment' })
const Marked = z.object({ metadata: z.object({ annotations: z.record(z.string(), z.string()).default({}) }) })
interface Ref { namespace: string; name: string }

/** What an environment says about its copy; undefined where it is at home. */
export async function awayOf(home: KubeClient, { namespace, name }: Ref, signal?: AbortSignal): Promise<Outcome<AwayMark | undefined>> {
  const found = await home.get(ENVIRONMENT, { namespace, name }, Marked, signal)
  if (!found.ok) return found
  if (!found.value) return fail(failure('NOT_FOUND', { kind: 'Environment', name: `${namespace}/${name}` }))
  return succeed(jsonMark(found.value.metadata.annotations, AWAY, AwayMark))
}
export const writeAway = async (home: KubeClient, { namespace, name }: Ref, { mark, signal }: { mark: AwayMark | null; signal: AbortSignal }): Promise<Outcome<void>> =>
  done(await home.mergePatch(ENVIRONMENT, { namespace, name }, { body: { metadata: { annotations: { [AWAY]: mark && JSON.stringify(mark) } } }, signal, fieldManager: 'takt-burst' }))
