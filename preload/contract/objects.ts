import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { entry, Timestamp } from './common'
import { FailureRecord } from './failures'
import { GpuUse, GpuUseAsk, PrometheusAddress, PrometheusSource } from './gpu-use'
import { wholeNumber } from './inputs'
import { Plan } from './operations'

/** A resource as requests name it: group '' is the core group. */
export const ResourceName = z.object({
  group: z.string().max(253),
  version: z.string().min(1).max(63),
  plural: z.string().min(1).max(253),
})
export type ResourceName = z.infer<typeof ResourceName>
/** Names one object of a site. With a uid it is that very object; without, whichever bears the name. */
export const ObjectRef = z.object({
  site: z.string().min(1).max(500),
  resource: ResourceName,
  namespace: z.string().max(63).optional(),
  name: z.string().min(1).max(253),
  uid: z.string().max(100).optional(),
})
export type ObjectRef = z.infer<typeof ObjectRef>
export const PodRef = z.object({
  site: z.string().min(1).max(500),
  namespace: z.string().min(1).max(63),
  name: z.string().min(1).max(253),
})
export type PodRef = z.infer<typeof PodRef>

export const ObjectSign = z.enum([
  'running',
  'starting',
  'waiting',
  'done',
  'warning',
  'failed',
  'ending',
  'unknown',
])
export type ObjectSign = z.infer<typeof ObjectSign>
/** One object of an owner tree; `resource` is absent where the kind is not served here. */
export const TreeNode = z.object({
  uid: z.string(),
  kind: z.string(),
  apiVersion: z.string(),
  name: z.string(),
  namespace: z.string().optional(),
  resource: ResourceName.optional(),
  depth: z
    .number()
    .int()
    .describe('Owners are negative, the object itself is 0, what it owns is positive'),
  sign: ObjectSign,
  says: z.string(),
  self: z.boolean(),
})
export type TreeNode = z.infer<typeof TreeNode>
/** Something that was true at an instant: what the cluster says now, and what it said and has overwritten since. */
export const Moment = z.object({
  id: z.string(),
  at: Timestamp,
  title: z.string(),
  says: z.string(),
  sign: ObjectSign,
  source: z.enum(['condition', 'container', 'event', 'object']).describe('Where it was read'),
  of: z.object({ kind: z.string(), name: z.string() }),
  overwritten: z.boolean().describe('The cluster no longer says so; it was kept on this machine'),
})
export type Moment = z.infer<typeof Moment>
export const ObjectEvent = z.object({
  id: z.string(),
  at: Timestamp,
  since: Timestamp,
  count: z.number().int(),
  type: z.enum(['Normal', 'Warning']),
  reason: z.string(),
  says: z.string(),
  by: z.string(),
  of: z.object({ kind: z.string(), name: z.string() }),
  kept: z.boolean().describe('The cluster has forgotten it; it was kept on this machine'),
})
export type ObjectEvent = z.infer<typeof ObjectEvent>
export const ContainerView = z.object({
  name: z.string(),
  kind: z.enum(['main', 'init', 'ephemeral']),
  image: z.string(),
  sign: ObjectSign,
  says: z.string(),
  restarts: z.number().int(),
  ready: z.boolean(),
  hasPrevious: z.boolean(),
})
export type ContainerView = z.infer<typeof ContainerView>
/** A place that is needed, drawn: held and free ones are there, a busy or missing one is waited for. */
export const Piece = z.object({
  label: z.string(),
  state: z.enum(['free', 'held', 'busy', 'missing']),
  says: z.string(),
})
export const Why = z.object({
  says: z.string(),
  more: z.array(z.string()),
  pieces: z.array(Piece).max(64),
  remedy: z.string().optional(),
  basis: z.string().describe('What it was read from'),
})
export type Why = z.infer<typeof Why>
export const ForwardPort = z.object({
  port: z.number().int().min(1).max(65_535),
  name: z.string(),
  says: z.string(),
})

/** All that is told about one object. */
export const ObjectStory = z.object({
  state: z.enum(['present', 'gone', 'replaced']),
  asOf: Timestamp,
  live: z.boolean(),
  failure: FailureRecord.optional(),
  object: z
    .object({
      apiVersion: z.string(),
      kind: z.string(),
      resource: ResourceName,
      name: z.string(),
      namespace: z.string().optional(),
      uid: z.string(),
      resourceVersion: z.string(),
      createdAt: Timestamp.optional(),
      sign: ObjectSign,
      word: z.string(),
      says: z.string(),
      labels: z.record(z.string(), z.string()),
      facts: z.array(z.object({ label: z.string(), value: z.string() })),
      gpus: z.number().optional(),
      node: z.string().optional(),
      owner: z.object({ kind: z.string(), name: z.string() }).optional(),
      replicas: z.object({ wanted: z.number().int(), ready: z.number().int() }).optional(),
      suspended: z.boolean().optional(),
    })
    .optional(),
  why: Why.optional().describe('Why it waits or failed; absent where it does neither'),
  tree: z.array(TreeNode).max(500),
  treeIsPartial: z.string().optional().describe('What could not be read of the tree'),
  timeline: z.array(Moment).max(500),
  events: z.array(ObjectEvent).max(500),
  containers: z.array(ContainerView),
  ports: z.array(ForwardPort),
  pods: z
    .array(z.object({ name: z.string(), sign: ObjectSign }))
    .max(200)
    .describe('Pods whose logs and terminals belong to it, newest first'),
})
export type ObjectStory = z.infer<typeof ObjectStory>

export const ObjectAction = z.enum([
  'logs',
  'terminal',
  'forward',
  'edit',
  'scale',
  'restart',
  'rollback',
  'suspend',
  'resume',
  'delete',
])
export type ObjectAction = z.infer<typeof ObjectAction>
/** Whether an action is offered for this object and this person; a refused one says what is missing and who can grant it. */
export const Offer = z.object({
  action: ObjectAction,
  allowed: z.enum(['yes', 'no', 'unknown']),
  says: z.string().optional(),
  remedy: z.string().optional(),
})
export type Offer = z.infer<typeof Offer>

/** How many pods somebody may ask an object for. */
export const Replicas = wholeNumber({ from: 0, to: 10_000, such: 3 })
export const LocalPort = wholeNumber({ from: 1024, to: 65_535, such: 8080 })
/** What is done to many objects in one plan, and to how many at most. */
export const ManyAction = ObjectAction.extract(['suspend', 'resume', 'restart', 'delete'])
export type ManyAction = z.infer<typeof ManyAction>
export const MOST_AT_ONCE = 100
const OnSite = ObjectRef.omit({ site: true })

/** A pod template that the cluster keeps of an object: the one of now or an earlier one. */
export const Revision = z.object({
  name: z.string().describe('Of what keeps it'),
  revision: z.number().int(),
  at: Timestamp.describe('When it was first rolled out'),
  images: z.array(z.string()).max(50),
  cause: z.string().optional(),
  current: z.boolean(),
})
export type Revision = z.infer<typeof Revision>

const LogsAsk = PodRef.extend({
  containers: z.array(z.string()).max(50).default([]).describe('None: all of them'),
  previous: z.boolean().default(false),
  follow: z.boolean().default(true),
  sinceSeconds: z.number().int().min(1).optional(),
  tailLines: z.number().int().min(0).optional(),
})
export type LogsAsk = z.infer<typeof LogsAsk>
export const LogLine = z.object({
  n: z.number().int(),
  at: z.string().describe('As the node wrote it; empty for a line of ours'),
  container: z.string(),
  text: z.string(),
})
export type LogLine = z.infer<typeof LogLine>
/** How a log stands: lines first to end-1 may be asked for. */
export const LogState = z.object({
  session: z.string(),
  state: z.enum(['reading', 'following', 'reconnecting', 'ended', 'failed']),
  first: z.number().int(),
  end: z.number().int(),
  bytes: z.number(),
  says: z.string(),
  failure: FailureRecord.optional(),
  tail: z.array(LogLine).max(200),
})
export type LogState = z.infer<typeof LogState>
const Session = z.object({ session: z.string() })
const Needle = z.object({
  text: z.string().min(1).max(500),
  regex: z.boolean().default(false),
  matchCase: z.boolean().default(false),
})

export const TerminalItem = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('open'),
    session: z.string(),
    container: z.string(),
    command: z.string(),
  }),
  z.object({ type: z.literal('output'), text: z.string(), bytes: z.number().int() }),
  z.object({ type: z.literal('end'), exitCode: z.number().int().optional(), says: z.string() }),
])
export type TerminalItem = z.infer<typeof TerminalItem>

export const ObjectForward = z.object({
  id: z.string(),
  site: z.string(),
  target: z.object({ kind: z.enum(['Pod', 'Service']), namespace: z.string(), name: z.string() }),
  port: z.number().int(),
  localPort: z.number().int(),
  address: z.string().describe('For programs'),
  url: z
    .string()
    .describe('For a browser: under a name of its own, so that cookies are kept apart'),
  state: z.enum(['open', 'healing']),
  pod: z.string(),
  connections: z.number().int(),
  says: z.string(),
})
export type ObjectForward = z.infer<typeof ObjectForward>
const ForwardAsk = z.object({
  site: z.string().min(1).max(500),
  kind: z.enum(['Pod', 'Service']),
  namespace: z.string().min(1).max(63),
  name: z.string().min(1).max(253),
  port: z.number().int().min(1).max(65_535),
  localPort: LocalPort.optional(),
})

/** One object of a cluster: its story, logs, terminal, manifest and what may be done to it. */
export const objects = {
  watch: entry
    .meta({
      says: 'One object with why it waits, its owner tree both ways, its timeline with what the cluster overwrote, and its events; whole again after each change, at most four times a second.',
    })
    .input(ObjectRef)
    .output(eventIterator(ObjectStory)),
  offers: entry
    .meta({
      says: 'What may be done to an object by the signed-in person, and what is missing for the rest.',
    })
    .input(ObjectRef)
    .output(z.array(Offer)),
  logs: entry
    .meta({
      says: 'Reads logs of a pod into a spool of this machine and tells how far it is; the spool goes when the stream ends. A followed log that breaks goes on without gap or repetition.',
    })
    .input(LogsAsk)
    .output(eventIterator(LogState)),
  logLines: entry
    .meta({ says: 'A window of at most 1000 lines of an open log.' })
    .input(
      Session.extend({ from: z.number().int().min(0), count: z.number().int().min(1).max(1000) }),
    )
    .output(z.array(LogLine)),
  searchLogs: entry
    .meta({
      says: 'The next line that matches, before or after a line, going round at the ends, and how many match in all.',
    })
    .input(
      Session.extend({
        needle: Needle,
        from: z.number().int(),
        direction: z.enum(['next', 'previous']),
      }),
    )
    .output(
      z.object({
        line: z.number().int().optional(),
        nth: z.number().int(),
        matches: z.number().int(),
        wrapped: z.boolean(),
      }),
    ),
  terminal: entry
    .meta({
      says: 'Opens a shell in a container; its output comes as items until it ends or the stream is closed. Not resumed: a broken one is opened again by a person.',
    })
    .input(
      PodRef.extend({
        container: z.string().optional(),
        command: z.array(z.string().max(1000)).max(50).default([]),
        columns: z.number().int().min(2).max(1000),
        rows: z.number().int().min(2).max(1000),
      }),
    )
    .output(eventIterator(TerminalItem)),
  typeInto: entry
    .meta({ says: 'Types into an open terminal.' })
    .input(Session.extend({ text: z.string().max(100_000) }))
    .output(z.object({})),
  resize: entry
    .meta({ says: 'Tells an open terminal its size.' })
    .input(
      Session.extend({
        columns: z.number().int().min(2).max(1000),
        rows: z.number().int().min(2).max(1000),
      }),
    )
    .output(z.object({})),
  shown: entry
    .meta({
      says: 'Tells how many bytes of a terminal have been drawn, so that a flood of output waits for the screen.',
    })
    .input(Session.extend({ bytes: z.number().int().min(0) }))
    .output(z.object({})),
  forward: entry
    .meta({
      says: 'Opens a port of this machine, loopback only, that leads to a port of a pod or of the pods behind a service, and finds a new pod when that one goes.',
    })
    .input(ForwardAsk)
    .output(ObjectForward),
  stopForward: entry
    .meta({ says: 'Closes a forwarded port.' })
    .input(z.object({ id: z.string() }))
    .output(z.object({})),
  forwards: entry
    .meta({ says: 'Every port that is forwarded, whole again after each change.' })
    .output(eventIterator(z.array(ObjectForward))),
  yaml: entry
    .meta({
      says: 'An object as YAML without what only the server writes; values of secrets are left out and told by their path.',
    })
    .input(ObjectRef)
    .output(
      z.object({
        yaml: z.string(),
        resourceVersion: z.string(),
        uid: z.string(),
        hidden: z.array(z.string()),
      }),
    ),
  planApply: entry
    .meta({
      says: 'What applying this YAML would change, tried on the server. Fields removed from the text are removed; hidden values stay as they are.',
    })
    .input(ObjectRef.extend({ yaml: z.string().max(1_500_000), resourceVersion: z.string() }))
    .output(Plan),
  planScale: entry
    .meta({
      says: 'What changing the number of replicas would do; undo sets the number of before.',
    })
    .input(ObjectRef.extend({ replicas: Replicas }))
    .output(Plan),
  planRestart: entry
    .meta({
      says: 'What starting all pods anew, a few at a time, would do; undo rolls back to the template of before.',
    })
    .input(ObjectRef)
    .output(Plan),
  revisions: entry
    .meta({
      says: 'The pod templates that the cluster keeps of a Deployment, StatefulSet or DaemonSet, the newest first, with the one of now among them.',
    })
    .input(ObjectRef)
    .output(z.array(Revision).max(50)),
  planRollback: entry
    .meta({
      says: 'What going back to an earlier pod template would change, tried on the server; undo goes forward again while nobody changed it.',
    })
    .input(ObjectRef.extend({ to: z.string().min(1).max(253).describe('The name of a revision') }))
    .output(Plan),
  planSuspend: entry
    .meta({ says: 'What suspending would stop; undo resumes.' })
    .input(ObjectRef)
    .output(Plan),
  planResume: entry
    .meta({ says: 'What resuming would start; undo suspends again.' })
    .input(ObjectRef)
    .output(Plan),
  planDelete: entry
    .meta({
      says: 'What deleting would take with it. Cannot be taken back, and is refused when the object was replaced meanwhile.',
    })
    .input(ObjectRef.extend({ keepDependents: z.boolean().default(false) }))
    .output(Plan),
  manyOffers: entry
    .meta({
      says: 'What may be done to many objects at once, by what they are and where they stand: offered where it is allowed for some of them.',
    })
    .input(
      z.object({
        site: z.string().min(1).max(500),
        of: z
          .array(OnSite.pick({ resource: true, namespace: true }))
          .min(1)
          .max(MOST_AT_ONCE),
      }),
    )
    .output(z.array(Offer)),
  planMany: entry
    .meta({
      says: 'What suspending, resuming, restarting or deleting many objects would do, each tried on the server; those for which it is not possible are left out and named with the reason. One that fails does not stop the others. Undo sets each back; deleting cannot be taken back.',
    })
    .input(
      z.object({
        site: z.string().min(1).max(500),
        what: ManyAction,
        refs: z.array(OnSite).min(1).max(MOST_AT_ONCE),
      }),
    )
    .output(Plan),
  gpuUse: entry
    .meta({
      says: 'Requested, allocated and used GPUs of a site, a node or a pod with their history, from Prometheus where there is one and from what this machine kept; again as samples come.',
    })
    .input(GpuUseAsk)
    .output(eventIterator(GpuUse)),
  gpuSource: entry
    .meta({ says: 'Where the use of GPUs of a site is read, and what was found.' })
    .input(z.object({ site: z.string() }))
    .output(PrometheusSource),
  setGpuSource: entry
    .meta({ says: 'Names the address of a Prometheus for a site, or lets it be found again.' })
    .input(
      z.object({
        site: z.string(),
        url: PrometheusAddress.optional(),
      }),
    )
    .output(PrometheusSource),
}
