import { z } from 'zod'
import { failure } from '../../../preload/contract/failures'
import { GROUP } from '../../../preload/contract/records'
import { given } from '../../kernel/given'
import { ANNOTATION, LABEL, type Manifest } from '../../kernel/manifest'
import { fail, type Outcome } from '../../kernel/outcome'
import { anyOf, carriesMark, madeByRun, type ProofOfOwnership } from '../../kernel/ownership'
import type { KubeClient, KubeObject, Resource } from '../../platform/kubernetes/types'

const Marks = z.record(z.string(), z.string()).default({})
const Standing = z.looseObject({
  apiVersion: z.string().default(''),
  kind: z.string().default(''),
  metadata: z.looseObject({
    uid: z.string().optional(),
    labels: Marks,
    annotations: Marks,
    resourceVersion: z.string().optional(),
  }),
  spec: z.looseObject({ group: z.unknown() }).partial().optional(),
})
type Standing = z.infer<typeof Standing>

// An object made for one project or environment is no more another's than a stranger's is.
const madeForTheSame = (object: Manifest): ProofOfOwnership => {
  const wanted = object.metadata.labels ?? {}
  return (found) =>
    carriesMark(found) &&
    [LABEL.project, LABEL.environment].every((key) => {
      const [mine, theirs] = [wanted[key], found.metadata.labels?.[key]]
      return mine === undefined || theirs === undefined || mine === theirs
    })
}
/** A record of Takt's own group, or the definition of one: what it is says whose it is. */
const isRecord = ({ apiVersion, kind, spec }: Standing) =>
  apiVersion.startsWith(`${GROUP}/`) ||
  (kind === 'CustomResourceDefinition' && spec?.group === GROUP)

/** Whether Takt may write this object over the one that stands there: it bears the mark for the same project, or this run made it, or it is a record. */
export const mayWriteOver = (object: Manifest, found: unknown, run?: string): boolean => {
  const standing = Standing.safeParse(found)
  return (
    standing.success &&
    (isRecord(standing.data) ||
      anyOf(
        madeForTheSame(object),
        run === undefined ? () => false : madeByRun(run),
      )(standing.data))
  )
}

/**
 * Applies one object. Where one of its name stands already, it must prove that it may be written over, and the server checks
 * that it is that very object; where none stands, one that somebody makes in the same moment is not taken over.
 */
export async function applyProved(
  client: KubeClient,
  { object, resource }: { object: Manifest; resource: Resource },
  {
    run,
    dryRun,
    signal,
  }: {
    run?: string | undefined
    dryRun?: boolean | undefined
    signal?: AbortSignal | undefined
  },
): Promise<Outcome<KubeObject>> {
  const { name, namespace } = object.metadata
  const found = await client.get(resource, { name, namespace }, Standing, signal)
  if (!found.ok) return found
  if (found.value && !mayWriteOver(object, found.value, run))
    return fail(failure('NOT_OURS', { site: client.site, kind: object.kind, name }))
  // Whoever made it first stays its maker: undo removes only what its own run made.
  const maker = found.value ? found.value.metadata.annotations[ANNOTATION.run] : run
  return client.apply(resource, marked(object, maker), {
    force: found.value !== undefined,
    ...given({ uid: found.value?.metadata.uid, dryRun, signal }),
  })
}
const marked = (object: Manifest, run: string | undefined): Manifest =>
  run === undefined
    ? object
    : {
        ...object,
        metadata: {
          ...object.metadata,
          annotations: { ...object.metadata.annotations, [ANNOTATION.run]: run },
        },
      }
/** The same as a question before it is done: what stands in the way, in words; undefined where nothing does. */
export const inTheWay = (
  object: Manifest,
  found: unknown,
): { says: string; remedy: string } | undefined => {
  const { name, namespace } = object.metadata
  // Where a namespace stands is decided by what it holds, and no step applies one.
  return found === undefined || object.kind === 'Namespace' || mayWriteOver(object, found)
    ? undefined
    : {
        says: `${object.kind} ${name}${namespace === undefined ? '' : ` in ${namespace}`} stands there already and does not bear Takt's mark, so somebody else made it: it is left as it is.`,
        remedy: `Choose another name, or let whoever made it take it away or mark it: kubectl label ${object.kind.toLowerCase()} ${name}${namespace === undefined ? '' : ` -n ${namespace}`} ${LABEL.managedBy}=takt`,
      }
}
