import { z } from 'zod'
import { failure } from '../../../../preload/contract/failures'
import { fail, succeed, type Outcome } from '../../../kernel/outcome'
import type { KubeClient } from '../../../platform/kubernetes/types'
import { AWAY } from '../../environments'
import { done, resourceOf } from '../../plans'
import { jsonMark } from '../live/budgets'
import { Asked } from '../live/marks'
import { MARK } from '../live/workload'
import { AwayMark } from './input'

export const ENVIRONMENT = resourceOf({ apiVersion: 'takt.dev/v1alpha1', kind: 'Environment' })
const Marked = z.object({ metadata: z.object({ annotations: z.record(z.string(), z.string()).default({}) }) })
interface Ref { namespace: string; name: string }

async function annotationsOf(home: KubeClient, { namespace, name }: Ref, signal?: AbortSignal): Promise<Outcome<Record<string, string>>> {
  const found = await home.get(ENVIRONMENT, { namespace, name }, Marked, signal)
  if (!found.ok) return found
  if (!found.value) return fail(failure('NOT_FOUND', { kind: 'Environment', name: `${namespace}/${name}` }))
  return succeed(found.value.metadata.annotations)
}
/** What an environment says about its copy; undefined where it is at home. */
export async function awayOf(home: KubeClient, ref: Ref, signal?: AbortSignal): Promise<Outcome<AwayMark | undefined>> {
  const found = await annotationsOf(home, ref, signal)
  return found.ok ? succeed(jsonMark(found.value, AWAY, AwayMark)) : found
}
/** Who asked a lead to move it; undefined where nobody did. */
export async function askedOf(home: KubeClient, ref: Ref, signal?: AbortSignal): Promise<Outcome<Asked | undefined>> {
  const found = await annotationsOf(home, ref, signal)
  return found.ok ? succeed(jsonMark(found.value, MARK.asked, Asked)) : found
}
export const annotate = async (home: KubeClient, { namespace, name }: Ref, { asked, signal }: { asked: string | null; signal: AbortSignal }): Promise<Outcome<void>> =>
  done(await home.mergePatch(ENVIRONMENT, { namespace, name }, { body: { metadata: { annotations: { [MARK.asked]: asked } } }, signal, fieldManager: 'takt-burst' }))
export const writeAway = async (home: KubeClient, { namespace, name }: Ref, { mark, signal }: { mark: AwayMark | null; signal: AbortSignal }): Promise<Outcome<void>> =>
  done(await home.mergePatch(ENVIRONMENT, { namespace, name }, { body: { metadata: { annotations: { [AWAY]: mark && JSON.stringify(mark), ...(mark && { [MARK.asked]: null }) } } }, signal, fieldManager: 'takt-burst' }))
