import { z } from 'zod'
import { failure } from '../../../preload/contract/failures'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import { isObject, madeForProject } from '../../kernel/ownership'
import type { KubeClient } from '../../platform/kubernetes/types'
import type { OperationKind, Step, StepContext } from '../operations'
import {
  heldBy,
  readNamespace,
  removeProved,
  rootsOf,
  surveyNamespace,
  type HeldObject,
} from '../ownership'
import { KUBE, onSite, until } from '../plans'
import type { ProjectPorts } from './ports'

/** A namespace that goes: that very object, with everything in it, or with Takt's objects alone. */
export const GoingNamespace = z.object({
  site: z.string(),
  name: z.string(),
  uid: z.string(),
  takes: z.enum(['everything', 'everything-but-others', 'own-objects']),
})
export type GoingNamespace = z.infer<typeof GoingNamespace>
export const DeleteInput = z.object({
  site: z.string(),
  name: z.string(),
  /** The record's own identity; a project of the same name that somebody made since is another. */
  uid: z.string(),
  namespaces: z.array(GoingNamespace),
  /** Contents of snapshots that Takt made for it, which belong to no namespace. Absent in what an older version began. */
  contents: z.array(z.object({ name: z.string(), uid: z.string() })).optional(),
})
export type DeleteInput = z.infer<typeof DeleteInput>
type Context = StepContext<DeleteInput>

const WAITS = 'Waiting until everything in it has ended'
function gone(
  { clock }: Pick<ProjectPorts, 'clock'>,
  client: KubeClient,
  { going, progress, signal }: Pick<Context, 'progress' | 'signal'> & { going: GoingNamespace },
): Promise<Outcome<void>> {
  return until(
    clock,
    async () => {
      const found = await readNamespace(client, going.name, signal)
      if (!found.ok) return found
      progress(WAITS)
      return succeed(found.value?.metadata.uid !== going.uid)
    },
    signal,
  )
}
/** Looks once more, at the last moment: what others put in since the plan was confirmed is never taken along. */
async function stillOnlyOurs(
  client: KubeClient,
  { name, project }: { name: string; project: string },
  signal: AbortSignal,
): Promise<Outcome<void>> {
  const contents = await surveyNamespace(client, { namespace: name, project }, signal)
  if (!contents.ok) return contents
  const foreign = [
    ...heldBy(contents.value, 'others').map(({ kind, count }) => `${String(count)} ${kind}`),
    ...contents.value.unread.map(({ kind }) => `${kind} that may not be listed`),
  ]
  return foreign.length === 0
    ? succeed(undefined)
    : fail(
        failure('NAMESPACE_TAKEN', {
          site: client.site,
          namespace: name,
          says: `Namespace ${name} on ${client.site} holds more than what Takt made by now: ${foreign.join(', ')}.`,
          remedy: 'Nothing was deleted. Plan the deletion again and look at what is there.',
        }),
      )
}

async function removeWhole(
  ports: Pick<ProjectPorts, 'clock'>,
  client: KubeClient,
  { going, context }: { going: GoingNamespace; context: Context },
): Promise<Outcome<void>> {
  const { input, progress, signal } = context
  const found = await readNamespace(client, going.name, signal)
  if (!found.ok) return found
  // Gone already, and what bears the name now is another.
  if (found.value?.metadata.uid !== going.uid) return succeed(undefined)
  if (found.value.metadata.deletionTimestamp === undefined) {
    const safe =
      going.takes === 'everything'
        ? succeed(undefined)
        : await stillOnlyOurs(client, { name: going.name, project: input.name }, signal)
    if (!safe.ok) return safe
    const removed = await removeProved(
      client,
      { resource: KUBE.namespaces, kind: 'Namespace', name: going.name },
      { proof: isObject(going.uid), signal },
    )
    if (!removed.ok) return removed
  }
  return gone(ports, client, { going, progress, signal })
}

/** Removes what Takt made in a namespace that is not its own to remove; what it owns goes with it. */
async function removeOwn(
  client: KubeClient,
  { going, context }: { going: GoingNamespace; context: Context },
): Promise<Outcome<void>> {
  const { input, signal, progress, note } = context
  const contents = await surveyNamespace(
    client,
    { namespace: going.name, project: input.name },
    signal,
  )
  if (!contents.ok) return contents
  const roots = rootsOf(contents.value)
  for (const [index, object] of roots.entries()) {
    progress(`${object.kind} ${object.metadata.name}`, index / roots.length)
    const removed = await removeProved(client, refOf(object, going), {
      proof: isObject(object.metadata.uid),
      signal,
    })
    if (!removed.ok) return removed
  }
  note(`Namespace ${going.name} on ${going.site} stays.`)
  return succeed(undefined)
}
const refOf = ({ apiVersion, kind, plural, metadata }: HeldObject, going: GoingNamespace) => {
  const [version = '', group = ''] = apiVersion.split('/').toReversed()
  return {
    resource: { group, version, plural },
    kind,
    name: metadata.name,
    namespace: going.name,
  }
}

const namespaceStep = (
  ports: Pick<ProjectPorts, 'clock'>,
  going: GoingNamespace,
  nth: number,
): Step<DeleteInput> => ({
  id: nth === 0 ? 'namespace' : `namespace-${going.site}-${going.name}`,
  title:
    going.takes === 'own-objects'
      ? `Remove what Takt made in namespace ${going.name} on ${going.site}`
      : `Delete namespace ${going.name} on ${going.site} with everything in it`,
  promiseSeconds: 60,
  async run(context) {
    const on = context.client(going.site)
    if (!on.ok) return on
    return going.takes === 'own-objects'
      ? removeOwn(on.value, { going, context })
      : removeWhole(ports, on.value, { going, context })
  },
})

/** Lets go of snapshots of others that were brought in: their blocks are not the project's and stay. */
const contentsStep: Step<DeleteInput> = {
  id: 'contents',
  title: 'Let go of brought snapshots',
  promiseSeconds: 5,
  run: onSite(async (client, { input, signal }) => {
    for (const { name, uid } of input.contents ?? []) {
      const gone = await removeProved(
        client,
        { resource: KUBE.volumeSnapshotContents, kind: 'VolumeSnapshotContent', name },
        { proof: (one) => isObject(uid)(one) && madeForProject(input.name)(one), signal },
      )
      // One that was made anew under its name is another's by now.
      if (!gone.ok && gone.failure.code !== 'NOT_OURS') return gone
    }
    return succeed(undefined)
  }),
}

export const deleteKind = (
  ports: Pick<ProjectPorts, 'clock' | 'records'>,
): OperationKind<DeleteInput> => ({
  kind: 'project-delete',
  premise: {
    says: 'Each step reads what it removes again by its uid, and a namespace is surveyed again before it goes.',
  },
  input: DeleteInput,
  undoable: false,
  sites: ({ site, namespaces }) =>
    [...new Set(namespaces.map((one) => one.site))].filter((one) => one !== site),
  cancelLeaves: ({ name }) =>
    `What was removed of ${name} is gone; the rest stays, and deleting again goes on from there.`,
  steps: ({ namespaces, contents = [] }) => [
    ...namespaces.map((going, nth) => namespaceStep(ports, going, nth)),
    ...(contents.length > 0 ? [contentsStep] : []),
    {
      id: 'project',
      title: 'Delete the record of the project',
      promiseSeconds: 5,
      run: onSite((client, { input, signal }) =>
        removeProved(
          client,
          { resource: ports.records.resource('Project'), kind: 'Project', name: input.name },
          { proof: isObject(input.uid), signal },
        ),
      ),
    },
  ],
})
