import { z } from 'zod'
import { failure } from '../../../preload/contract/failures'
import { Project } from '../../../preload/contract/records'
import { isRequested } from '../../../preload/contract/records/project'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import { madeForProject } from '../../kernel/ownership'
import type { KubeClient } from '../../platform/kubernetes/types'
import type { MadePlan, OperationKind } from '../operations'
import {
  heldBy,
  namespaceStanding,
  readNamespace,
  surveyNamespace,
  tell,
  type NamespaceContents,
  type NamespaceStanding,
  type RecordedNamespace,
} from '../ownership'
import { planBody, refusals, signedIn, stepsOf } from '../plans'
import type { DeleteInput, GoingNamespace } from './deletion'
import { recordsLost, reviewed } from './deletion-changes'
import { leftoversOf, NO_LEFTOVERS, type Leftovers } from './leftovers'
import { aPlace, awayBlocks, holdsOf, joined, placesAway, type Place } from './places'
import type { ProjectPorts } from './ports'

export interface WantedDeletion {
  name: string
  others?: 'keep-namespace' | 'delete' | undefined
}
const Stored = z.looseObject({
  spec: Project.shape.spec,
  status: Project.shape.status.default({}),
  metadata: z.looseObject({ uid: z.string() }),
})
type Stored = z.infer<typeof Stored>
interface Asking {
  home: KubeClient
  wanted: WantedDeletion
  signal: AbortSignal | undefined
}

const recordedOf = ({ status }: Stored): RecordedNamespace | 'none' =>
  status.namespaceUid === undefined
    ? 'none'
    : { uid: status.namespaceUid, origin: status.namespaceOrigin ?? 'adopted' }

/** Nothing was made for a request, so its record is all there is; whatever bears its name is somebody else's. */
async function requestPlace({ home, wanted, signal }: Asking): Promise<Outcome<Place>> {
  const { name } = wanted
  const found = await readNamespace(home, name, signal)
  if (!found.ok && found.failure.code !== 'FORBIDDEN') return found
  const begun = found.ok && found.value !== undefined && madeForProject(name)(found.value)
  return succeed(
    aPlace({
      lost: [`the request for ${name}`],
      kept: [`any namespace called ${name}, with everything in it`],
      blockedBy: begun
        ? [
            {
              says: `${name} is being fulfilled: its namespace was made already.`,
              remedy: 'Wait until that has ended, or let whoever fulfils it take it back.',
            },
          ]
        : [],
    }),
  )
}

/** Takt's own objects in a namespace that is not Takt's to delete. */
function ownObjects(
  { home, wanted }: Asking,
  at: { namespace: string; uid: string; why: string },
  contents: NamespaceContents,
): Place {
  const own = heldBy(contents, 'takt')
  return aPlace({
    going:
      own.length === 0
        ? []
        : [{ site: home.site, name: at.namespace, uid: at.uid, takes: 'own-objects' }],
    holds: holdsOf(contents, { site: home.site, namespace: at.namespace }),
    blockedBy: awayBlocks(contents),
    risks: contents.unread.map(
      ({ kind }) => `What ${wanted.name} has of ${kind} stays: ${kind} may not be listed.`,
    ),
    lost: own.map(tell),
    kept: [`namespace ${at.namespace}: ${at.why}`, ...heldBy(contents, 'others').map(tell)],
  })
}

/** The namespace that Takt made, with everything in it; what others put there goes only where that was chosen, in view of it. */
function wholeNamespace(
  { home, wanted }: Asking,
  at: { namespace: string; uid: string },
  contents: NamespaceContents,
): Place {
  const others = heldBy(contents, 'others')
  const going: GoingNamespace = {
    site: home.site,
    name: at.namespace,
    uid: at.uid,
    takes: wanted.others === 'delete' ? 'everything' : 'everything-but-others',
  }
  return aPlace({
    going: [going],
    holds: holdsOf(contents, { site: home.site, namespace: at.namespace }),
    lost: [`namespace ${at.namespace}`, ...others.map((line) => `of others: ${tell(line)}`)],
    blockedBy: [
      ...awayBlocks(contents),
      ...(others.length > 0 && wanted.others !== 'delete'
        ? [
            {
              says: `Namespace ${at.namespace} holds objects that are not Takt's: ${others.map(tell).join('; ')}.`,
              remedy:
                "Look through them. Then delete them as well, or keep the namespace and delete Takt's objects alone.",
            },
          ]
        : []),
      ...contents.unread.map(({ kind, says }) => ({
        says: `Whether ${at.namespace} holds ${kind} of others cannot be seen. ${says}`,
        remedy:
          "Let somebody delete it who may list that, ask for the right, or keep the namespace and delete Takt's objects alone.",
      })),
    ],
  })
}

async function homePlace(asking: Asking, stored: Stored): Promise<Outcome<Place>> {
  const { home, wanted, signal } = asking
  const namespace = stored.status.namespace ?? wanted.name
  const project = wanted.name
  const standing = await namespaceStanding(
    home,
    { name: namespace, project, recorded: recordedOf(stored) },
    signal,
  )
  if (!standing.ok) return standing
  const found = standing.value
  if (found.is === 'free') return succeed(aPlace({ lost: [`the record of ${project}`] }))
  if (found.is === 'reserved')
    return succeed(aPlace({ kept: [`namespace ${namespace}, which is the cluster's own`] }))
  if (found.is === 'unknown')
    return succeed(
      aPlace({
        blockedBy: [
          {
            says: `What namespace ${namespace} holds cannot be seen: ${found.says}`,
            remedy: 'Let somebody delete the project who may read namespaces.',
          },
        ],
      }),
    )
  return surveyed(asking, { namespace, found })
}
async function surveyed(
  asking: Asking,
  { namespace, found }: { namespace: string; found: NamespaceStanding },
): Promise<Outcome<Place>> {
  const { home, wanted, signal } = asking
  const contents = await surveyNamespace(home, { namespace, project: wanted.name }, signal)
  if (!contents.ok) return contents
  const made = found.is === 'ours' && found.origin === 'made'
  const uid = 'uid' in found ? found.uid : await uidOf(home, namespace, signal)
  if (made && wanted.others !== 'keep-namespace')
    return succeed(wholeNamespace(asking, { namespace, uid }, contents.value))
  const why = made ? 'as you chose' : whyKept(found)
  return succeed(ownObjects(asking, { namespace, uid, why }, contents.value))
}
async function uidOf(home: KubeClient, name: string, signal?: AbortSignal): Promise<string> {
  const found = await readNamespace(home, name, signal)
  return found.ok ? (found.value?.metadata.uid ?? '') : ''
}
const whyKept = (standing: NamespaceStanding) =>
  standing.is === 'ours'
    ? 'it was adopted, not made by Takt'
    : 'it is not the one that was recorded when the project was made'

/** What is found at home and on every other site. Of a request nothing was made anywhere. */
async function everyPlace(
  ports: ProjectPorts,
  asking: Asking,
  stored: Stored,
): Promise<Outcome<Place>> {
  if (isRequested(stored.status)) return requestPlace(asking)
  const { home, wanted, signal } = asking
  const here = await homePlace(asking, stored)
  if (!here.ok) return here
  const at = { home: home.site, project: wanted.name, mayUse: stored.spec.sites }
  return succeed(joined([here.value, await placesAway(ports, at, signal)]))
}

interface DeletionSight {
  stored: Stored
  found: Place
  leftovers: Leftovers
  by: string
  input: DeleteInput
}
async function lookAtDeletion(
  ports: ProjectPorts,
  { wanted, signal }: Pick<Asking, 'wanted' | 'signal'>,
): Promise<Outcome<DeletionSight>> {
  const { name } = wanted
  const me = await signedIn(ports.sites, signal)
  if (!me.ok) return me
  const { home, user } = me.value
  const stored = await home.get(ports.records.resource('Project'), { name }, Stored, signal)
  if (!stored.ok) return stored
  if (!stored.value) return fail(failure('NOT_FOUND', { kind: 'project', name }))
  const { status, metadata } = stored.value
  const places = await everyPlace(ports, { home, wanted, signal }, stored.value)
  if (!places.ok) return places
  const namespace = status.namespace ?? name
  const leftovers = isRequested(status)
    ? succeed(NO_LEFTOVERS)
    : await leftoversOf(ports, { home, project: name, namespace, signal })
  if (!leftovers.ok) return leftovers
  const { contents } = leftovers.value
  return succeed({
    stored: stored.value,
    found: places.value,
    leftovers: leftovers.value,
    by: user,
    input: {
      site: home.site,
      name,
      uid: metadata.uid,
      namespaces: places.value.going,
      ...(contents.length > 0 && { contents }),
    },
  })
}

/** What deleting a project would lose and keep, on every site where something of it may stand. */
export async function planDelete(
  ports: ProjectPorts,
  kind: OperationKind<DeleteInput>,
  at: { wanted: WantedDeletion; signal?: AbortSignal | undefined },
): Promise<Outcome<MadePlan<DeleteInput>>> {
  const { wanted, signal } = at
  const seen = await lookAtDeletion(ports, { wanted, signal })
  if (!seen.ok) return seen
  const { stored, found, leftovers, by, input } = seen.value
  const { name } = wanted
  const { changes, permissions } = await reviewed(ports, input, signal)
  if (!permissions.ok) return permissions
  const plan = planBody({
    kind: kind.kind,
    title: isRequested(stored.status) ? `Delete the request for ${name}` : `Delete project ${name}`,
    verb: 'Delete for good',
    site: input.site,
    subject: { kind: 'Project', name },
    as: by,
    changes,
    permissions: permissions.value,
    steps: stepsOf(kind, input),
    blockedBy: [...found.blockedBy, ...refusals(permissions.value)],
    risks: [...found.risks, ...leftovers.risks, ...(input.namespaces.length > 0 ? [SLOW] : [])],
    losses: {
      lost: [
        ...found.lost,
        ...recordsLost(ports, input),
        ...leftovers.contents.map((content) => `VolumeSnapshotContent ${content.name}`),
      ],
      kept: [...found.kept, ...leftovers.kept, ...alwaysKept(stored.spec)],
      typeName: name,
    },
    ...(found.holds.length > 0 && { holds: found.holds }),
  })
  return succeed({
    plan,
    kind,
    input,
    again: (again) => planDelete(ports, kind, { wanted, signal: again }),
  })
}
const alwaysKept = ({ repository }: Stored['spec']) => [
  'the data sources themselves',
  ...(repository ? [`code in ${repository}`] : []),
  'what was spent, in the cost centre',
]
const SLOW =
  'A namespace ends only when everything in it has ended; a pod that hangs can hold it up.'
