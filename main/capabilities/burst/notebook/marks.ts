import { z } from 'zod'
import type { NotebookAsk } from '../../../../preload/contract/burst'
import { failure } from '../../../../preload/contract/failures'
import { given } from '../../../kernel/given'
import { fail, succeed, type Outcome } from '../../../kernel/outcome'
import type { KubeClient } from '../../../platform/kubernetes/types'
import { listVisible } from '../../../platform/kubernetes/visible'
import { AWAY } from '../../environments'
import { done, resourceOf } from '../../plans'
import { jsonMark } from '../live/budgets'
import { Asked, Refused } from '../live/marks'
import { MARK } from '../live/workload'
import { AwayMark } from './input'

export const ENVIRONMENT = resourceOf({ apiVersion: 'takt.dev/v1alpha1', kind: 'Environment' })
const Marked = z.object({
  metadata: z.object({
    uid: z.string(),
    annotations: z.record(z.string(), z.string()).default({}),
  }),
})
const Named = z.object({
  metadata: Marked.shape.metadata.extend({ name: z.string(), namespace: z.string() }),
})
interface Ref {
  namespace: string
  name: string
  /** The very record that is meant; any of that name where it is absent. */ uid?:
    string | undefined
}

async function metadataOf(
  home: KubeClient,
  { namespace, name, uid }: Ref,
  signal?: AbortSignal,
): Promise<Outcome<z.infer<typeof Marked>['metadata']>> {
  const found = await home.get(ENVIRONMENT, { namespace, name }, Marked, signal)
  if (!found.ok) return found
  if (!found.value)
    return fail(failure('NOT_FOUND', { kind: 'Environment', name: `${namespace}/${name}` }))
  return uid === undefined || uid === found.value.metadata.uid
    ? succeed(found.value.metadata)
    : fail(failure('NOT_OURS', { site: home.site, kind: 'Environment', name }))
}
async function annotationsOf(
  home: KubeClient,
  ref: Ref,
  signal?: AbortSignal,
): Promise<Outcome<Record<string, string>>> {
  const found = await metadataOf(home, ref, signal)
  return found.ok ? succeed(found.value.annotations) : found
}
/** Which environment bears this name now, and where it points; undefined where there is none. */
export async function pointerOf(
  home: KubeClient,
  { namespace, name }: Ref,
  signal?: AbortSignal,
): Promise<Outcome<{ uid: string; away: AwayMark | undefined } | undefined>> {
  const found = await home.get(ENVIRONMENT, { namespace, name }, Marked, signal)
  if (!found.ok || !found.value) return found.ok ? succeed(undefined) : found
  const { uid, annotations } = found.value.metadata
  return succeed({ uid, away: jsonMark(annotations, AWAY, AwayMark) })
}
/** What an environment says about its copy; undefined where it is at home. */
export async function awayOf(
  home: KubeClient,
  ref: Ref,
  signal?: AbortSignal,
): Promise<Outcome<AwayMark | undefined>> {
  const found = await annotationsOf(home, ref, signal)
  return found.ok ? succeed(jsonMark(found.value, AWAY, AwayMark)) : found
}
/** Who asked a lead to move it; undefined where nobody did. */
export async function askedOf(
  home: KubeClient,
  ref: Ref,
  signal?: AbortSignal,
): Promise<Outcome<Asked | undefined>> {
  const found = await annotationsOf(home, ref, signal)
  return found.ok ? succeed(jsonMark(found.value, MARK.asked, Asked)) : found
}
/** What a lead answered who said no; undefined where nobody did, or somebody asked again. */
export async function refusedOf(
  home: KubeClient,
  ref: Ref,
  signal?: AbortSignal,
): Promise<Outcome<Refused | undefined>> {
  const found = await annotationsOf(home, ref, signal)
  return found.ok ? succeed(jsonMark(found.value, MARK.refused, Refused)) : found
}
/** Every environment that somebody asks to move and that is still at home, those that wait longest first. */
export async function asksOn(
  home: KubeClient,
  signal?: AbortSignal,
): Promise<Outcome<NotebookAsk[]>> {
  const found = await listVisible(home, { resource: ENVIRONMENT, parse: Named }, signal)
  if (!found.ok) return found
  return succeed(
    found.value.items
      .flatMap(({ metadata: { annotations, namespace, name } }) => {
        const asked = jsonMark(annotations, MARK.asked, Asked)
        return asked && !jsonMark(annotations, AWAY, AwayMark)
          ? [
              given({
                site: home.site,
                namespace,
                name,
                by: asked.by,
                at: asked.at,
                pool: asked.pool,
                usdPerHour: asked.usd,
              }),
            ]
          : []
      })
      .toSorted((a, b) => a.at.localeCompare(b.at)),
  )
}
async function mark(
  home: KubeClient,
  ref: Ref,
  {
    annotations,
    signal,
  }: { annotations: Record<string, string | null>; signal: AbortSignal | undefined },
): Promise<Outcome<void>> {
  const { namespace, name } = ref
  const found = await metadataOf(home, ref, signal)
  if (!found.ok) return found
  return done(
    await home.mergePatch(
      ENVIRONMENT,
      { namespace, name },
      {
        body: { metadata: { uid: found.value.uid, annotations } },
        ...given({ signal }),
        fieldManager: 'takt-burst',
      },
    ),
  )
}
/** Writes or takes back who asks; asking again ends what a lead answered before. */
export const annotate = (
  home: KubeClient,
  ref: Ref,
  { asked, signal }: { asked: string | null; signal: AbortSignal },
): Promise<Outcome<void>> =>
  mark(home, ref, {
    annotations: { [MARK.asked]: asked, ...(asked !== null && { [MARK.refused]: null }) },
    signal,
  })
/** A lead says no: the answer stands where the question stood. */
export const writeRefused = (
  home: KubeClient,
  ref: Ref,
  { refused, signal }: { refused: Refused; signal: AbortSignal | undefined },
): Promise<Outcome<void>> =>
  mark(home, ref, {
    annotations: { [MARK.asked]: null, [MARK.refused]: JSON.stringify(refused) },
    signal,
  })
export const writeAway = (
  home: KubeClient,
  ref: Ref,
  { mark: away, signal }: { mark: AwayMark | null; signal: AbortSignal },
): Promise<Outcome<void>> =>
  mark(home, ref, {
    annotations: {
      [AWAY]: away && JSON.stringify(away),
      ...(away && { [MARK.asked]: null, [MARK.refused]: null }),
    },
    signal,
  })
