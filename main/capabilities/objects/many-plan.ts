import { failure } from '../../../preload/contract/failures'
import type { ManyAction, ObjectRef } from '../../../preload/contract/objects'
import type { PermissionCheck, Plan, PlanChange } from '../../../preload/contract/operations'
import { given } from '../../kernel/given'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import type { Needs } from '../needs'
import type { MadePlan, OperationKind } from '../operations'
import { planBody, refusals, removal, stepsOf, type Ask } from '../plans'
import { isMadeAnew, type DeleteInput } from './delete-plan'
import { standingOf } from './domain/describe'
import { DONE, nameOf, nounFor, some, VERB, type Reason } from './domain/many'
import { isQueued } from './domain/offers'
import { groupKind, type Raw } from './domain/raw'
import type { FieldInput } from './field-operations'
import { addedBy, changeOf } from './field-plans'
import { eachOf, lookAtAll, tryOne, type Chosen, type LeftOut, type Looked } from './many-look'
import type { ManyInput } from './many-operations'
import type { ObjectPorts } from './ports'

export interface ManyAsk {
  site: string
  what: ManyAction
  refs: Omit<ObjectRef, 'site'>[]
}
/** What is asked, with what an earlier look at the same has left out already. */
interface Asked extends ManyAsk {
  kind: OperationKind<ManyInput>
  before?: LeftOut[]
}
const SHOWN = 12
const TOLD = 5
const VERBS: Record<ManyAction, string> = {
  suspend: 'Suspend',
  resume: 'Resume',
  restart: 'Restart',
  delete: 'Delete',
}

/** One plan for many objects: each read and tried on the server; what cannot be is left out by name. Fails where nothing remains. */
export async function planMany(
  ports: ObjectPorts,
  { kind, site, what, refs, before = [] }: Asked,
  signal?: AbortSignal,
): Promise<Outcome<MadePlan<ManyInput>>> {
  const client = ports.sites.client(site)
  if (!client.ok) return client
  const looking = { client: client.value, what, signal }
  const [looked, who] = await Promise.all([
    lookAtAll(
      distinct(refs).map((ref) => ({ ...ref, site })),
      looking,
    ),
    client.value.whoAmI(signal),
  ])
  if (!looked.ok) return looked
  if (!who.ok) return who
  const reviewed = await reviewAll(ports, { site, what, looked: looked.value }, signal)
  if (!reviewed.ok) return reviewed
  const tried = await eachOf(reviewed.value.looked, async (one): Promise<Outcome<Looked>> =>
    'chosen' in one ? tryOne(one.chosen, looking) : succeed(one),
  )
  if (!tried.ok) return tried
  const chosen = tried.value.flatMap((one) => ('chosen' in one ? [one.chosen] : []))
  const leftOut = [
    ...before,
    ...tried.value.flatMap((one) => ('leftOut' in one ? [one.leftOut] : [])),
  ]
  if (chosen.length === 0) return nothing(what, leftOut)
  const added = chosen.flatMap(({ raw, item }) => ('uid' in item ? [] : addedBy(raw, item)))
  const needs = await ports.needs.of(site, added, signal)
  const { checks } = reviewed.value
  return succeed({
    kind,
    input: inputOf(site, what, chosen),
    plan: body({ kind, site, what, chosen, leftOut, as: who.value.user, checks, needs }),
    again: (later) =>
      planMany(
        ports,
        { kind, site, what, refs: chosen.map(({ ref }) => ref), before: leftOut },
        later,
      ),
  })
}
const distinct = (refs: ManyAsk['refs']) => [
  ...new Map(
    refs.map((ref) => [
      [ref.resource.group, ref.resource.plural, ref.namespace ?? '', ref.name].join('/'),
      ref,
    ]),
  ).values(),
]
const inputOf = (site: string, what: ManyAction, chosen: Chosen[]): ManyInput =>
  what === 'delete'
    ? {
        site,
        what,
        objects: chosen.flatMap(({ item }) => ('uid' in item ? [item satisfies DeleteInput] : [])),
      }
    : {
        site,
        what,
        objects: chosen.flatMap(({ item }) => ('uid' in item ? [] : [item satisfies FieldInput])),
      }

function nothing(what: ManyAction, leftOut: LeftOut[]) {
  const remedies = [...new Set(leftOut.map(({ remedy }) => remedy))]
  const [only] = leftOut
  const says =
    only && leftOut.length === 1
      ? `${only.name} cannot be ${DONE[what]}: ${only.says}`
      : `None of the ${String(leftOut.length)} can be ${DONE[what]}. ${some(
          leftOut.map(({ name, says: why }) => `${name}: ${why}`),
          TOLD,
        ).join(' ')}`
  return fail(failure('NOT_SUPPORTED_HERE', { says, remedy: remedies.slice(0, 2).join(' ') }))
}

interface Reviewing {
  site: string
  what: ManyAction
  looked: Looked[]
}
/** Reviews each right once, however many objects need it; what the person may not do is left out. */
async function reviewAll(
  ports: ObjectPorts,
  { site, what, looked }: Reviewing,
  signal?: AbortSignal,
): Promise<Outcome<{ looked: Looked[]; checks: PermissionCheck[] }>> {
  const asks = new Map<string, Ask>()
  for (const one of looked)
    if ('chosen' in one) asks.set(keyOf(one.chosen), askFor(what, one.chosen))
  const checks = await ports.sites.review(site, [...asks.values()], signal)
  if (!checks.ok) return checks
  const byKey = new Map([...asks.keys()].map((key, index) => [key, checks.value[index]]))
  const refused = new Map(
    [...byKey].flatMap(([key, check]): [string, Reason][] => {
      const [why] = check ? refusals([check]) : []
      return why ? [[key, why]] : []
    }),
  )
  const lacking = (key: string) =>
    looked.filter((one) => 'chosen' in one && keyOf(one.chosen) === key).length
  return succeed({
    looked: looked.map((one): Looked => {
      const why = 'chosen' in one ? refused.get(keyOf(one.chosen)) : undefined
      return 'chosen' in one && why
        ? { leftOut: { name: nameOf({ ...one.chosen.ref, kind: one.chosen.raw.kind }), ...why } }
        : one
    }),
    checks: [...byKey].flatMap(([key, check]) =>
      check
        ? [
            refused.has(key)
              ? {
                  ...check,
                  without: `${String(lacking(key))} of them ${lacking(key) === 1 ? 'is' : 'are'} left out`,
                }
              : check,
          ]
        : [],
    ),
  })
}
const keyOf = ({ item: { ref } }: Chosen) =>
  [ref.resource.group, ref.resource.plural, ref.namespace ?? ''].join('/')
function askFor(
  what: ManyAction,
  {
    item: {
      ref: {
        resource: { group, plural },
        namespace,
      },
    },
  }: Chosen,
): Ask {
  return {
    verb: VERB[what],
    group,
    resource: plural,
    ...given({ namespace }),
    says: `${what === 'delete' ? 'delete' : 'change'} ${plural}${namespace === undefined ? '' : ` in ${namespace}`}`,
  }
}

interface Making extends Pick<Asked, 'kind' | 'site' | 'what'> {
  chosen: Chosen[]
  leftOut: LeftOut[]
  as: string
  checks: PermissionCheck[]
  needs: Needs
}
function body({
  kind,
  site,
  what,
  chosen,
  leftOut,
  as,
  checks,
  needs,
}: Making): MadePlan<ManyInput>['plan'] {
  const named = chosen.map(({ raw, ref }) => ({ kind: raw.kind, name: ref.name }))
  const noun = nounFor(named)
  const namespaces = new Set(chosen.map(({ ref }) => ref.namespace))
  const [namespace] = namespaces.size === 1 ? namespaces : []
  const all = chosen.length + leftOut.length
  const raws = chosen.map(({ raw }) => raw)
  const [first] = named
  return planBody({
    kind: kind.kind,
    title: `${VERBS[what]} ${noun}${leftOut.length > 0 ? `, ${String(leftOut.length)} of ${String(all)} left out` : ''}`,
    verb: VERBS[what],
    site,
    subject:
      first && named.length === 1
        ? { ...first, ...given({ namespace }) }
        : { kind: 'Objects', name: noun, ...given({ namespace }) },
    as,
    changes: chosen.map(changeOfOne),
    permissions: checks,
    dryRun: { result: 'passed', says: leftOutSays(leftOut, all) },
    steps: stepsOf(kind, inputOf(site, what, chosen)),
    ...given({ price: needs.price }),
    quotas: needs.quotas,
    blockedBy: needs.blockedBy,
    risks: [...needs.risks, ...RISKS[what](raws)],
    choices:
      chosen.length > 1
        ? [
            'One that fails does not stop the others; it is named at the end and can be tried again.',
          ]
        : [],
    ...(what === 'delete' ? given({ losses: lossesOf(chosen) }) : { undo: UNDO[what] }),
  })
}
const changeOfOne = ({ raw, item, ref }: Chosen): PlanChange =>
  'uid' in item
    ? removal({
        apiVersion: raw.apiVersion,
        kind: raw.kind,
        name: ref.name,
        ...given({ namespace: ref.namespace }),
      })
    : noted(changeOf(item), raw)
const leftOutSays = (leftOut: LeftOut[], all: number) =>
  leftOut.length > 0
    ? [
        `${String(leftOut.length)} of ${String(all)} are left out:`,
        ...leftOut.map(({ name, says }) => `${name}: ${says}`),
      ]
    : []
/** Work in a queue is changed through another object: whose it is. */
const noted = (change: PlanChange, { kind, metadata }: Raw): PlanChange =>
  change.kind === kind ? change : { ...change, note: `of ${kind} ${metadata.name}` }
const UNDO = {
  suspend: 'resumes what it suspended, while nobody changed it',
  resume: 'suspends again what it resumed, while nobody changed it',
  restart: 'rolls their pods back to the templates of before, while nobody changed them',
}

const running = (raws: Raw[]) =>
  raws.filter((raw) => groupKind(raw) === '/Pod' && standingOf(raw).sign === 'running').length
const RISKS: Record<ManyAction, (raws: Raw[]) => string[]> = {
  suspend: (raws) => [
    'Their running pods end now; what they had not saved is lost.',
    ...(raws.some(isQueued) ? ['Their queue takes the quota back and lets others go first.'] : []),
  ],
  resume: () => [],
  restart: () => ['Their pods are replaced a few at a time, as each update strategy says.'],
  delete: (raws) => [
    ...(raws.some(isMadeAnew)
      ? [`${String(raws.filter(isMadeAnew).length)} of them are made anew by what owns them.`]
      : []),
    ...(running(raws) > 0
      ? [
          `${String(running(raws))} running ${running(raws) === 1 ? 'pod ends' : 'pods end'}; what they had not saved is lost.`,
        ]
      : []),
    ...(raws.some((raw) => groupKind(raw) === '/Namespace')
      ? ['Everything in a namespace goes with it.']
      : []),
    'Deleting cannot be undone.',
  ],
}
/** What is lost for good. Pods that come back by themselves lose only what they had not saved. */
function lossesOf(chosen: Chosen[]): Plan['losses'] {
  const [anew, gone] = [
    chosen.filter(({ raw }) => isMadeAnew(raw)),
    chosen.filter(({ raw }) => !isMadeAnew(raw)),
  ]
  const [only] = chosen
  if (only && chosen.length === 1 && anew.length === 1) return undefined
  const owners = [
    ...new Set(
      anew.flatMap(({ raw }) =>
        (raw.metadata.ownerReferences ?? [])
          .filter(({ controller }) => controller)
          .map(({ kind, name }) => `${kind} ${name}`),
      ),
    ),
  ]
  return {
    lost: [
      ...some(
        gone.map(({ raw, ref }) => nameOf({ ...ref, kind: raw.kind })),
        SHOWN,
      ),
      ...(gone.some(({ raw }) => groupKind(raw) !== '/Pod') ? ['what they own'] : []),
      ...(anew.length > 0
        ? [`what ${anew.length === 1 ? 'a pod' : `${String(anew.length)} pods`} had not saved`]
        : []),
    ],
    kept: some(
      owners.map((owner) => `${owner}, which makes its pods anew`),
      TOLD,
    ),
    typeName: only && chosen.length === 1 ? only.ref.name : `delete ${String(chosen.length)}`,
  }
}
