import { countOf, formatCount } from '../../design'

/** Every text about one object. */
export const words = {
  move: 'Move…',
  tabs: { overview: 'Overview', tree: 'Tree', logs: 'Logs', terminal: 'Terminal', yaml: 'YAML', events: 'Events', ports: 'Ports', gpu: 'GPUs' },
  signs: { running: 'runs', starting: 'is starting', waiting: 'waits', done: 'done', warning: 'needs a look', failed: 'failed', ending: 'is ending', unknown: 'not known' },
  back: 'Back', for: (age: string) => `for ${age}`, old: (age: string) => `age ${age}`, simulated: 'simulated',
  whyWaits: 'Why it waits', whyFailed: 'Why it failed', whyAttention: 'What is wrong', readFrom: (basis: string) => `read from ${basis}`,
  pieces: { free: 'free', held: 'held', busy: 'busy', missing: 'missing' }, piecesSay: (free: number, all: number) => `${free} of ${all} places free`, morePieces: (count: number) => `and ${count} more`,
  conditions: 'Conditions', kept: (from: string, to: string) => `${from} to ${to}, kept even when overwritten`, noConditions: 'Nothing was observed yet.', overwritten: 'since overwritten', all: 'Show all', fewer: 'Show fewer',
  facts: 'Facts', containers: 'Containers', restarts: (count: number) => countOf(count, 'restart', 'restarts'), labels: 'Labels', image: 'Image',
  fact: { kind: 'Kind', namespace: 'Namespace', owner: 'Owner', created: 'Created', replicas: 'Replicas', uid: 'UID' }, replicasSay: (ready: number, wanted: number) => `${ready} of ${wanted} ready`,
  tree: 'Owner tree', treeMeans: 'who made it above, what it made below', noTree: 'Nobody owns it, and it owns nothing.', open: (kind: string, name: string) => `Open ${kind} ${name}`,
  events: 'Events', noEvents: 'The cluster remembers no events of it, and none were seen here before.', times: (count: number) => `${formatCount(count)} times`, forgotten: 'kept here', by: (who: string) => `by ${who}`, onlyWarnings: 'Warnings only',
  gone: 'It is gone from the cluster. This is what was last seen of it.', replaced: 'It was replaced by another object of the same name. This is what was last seen of the old one.', openNew: 'Open the new one',
  asOf: (when: string) => `as of ${when}`, notLive: 'Not live.', loading: 'Waiting for the cluster to answer.',
  noPods: 'It has no pods now, so there is nothing to read.', pod: 'Pod', container: 'Container', allContainers: 'all containers',
  notOffered: (what: string) => `You may not ${what} here.`, rightUnknown: 'The cluster gave an incomplete answer about your rights.',
  actions: { logs: 'read logs', terminal: 'open a terminal', forward: 'forward ports', edit: 'edit', scale: 'scale', restart: 'restart', rollback: 'roll back', suspend: 'suspend', resume: 'resume', delete: 'delete' },
  scale: 'Scale…', restart: 'Restart…', rollback: 'Roll back…', suspend: 'Suspend…', resume: 'Resume…', delete: 'Delete…', scaleTo: 'Replicas', plan: 'Plan', cancel: 'Cancel', started: 'Started; its steps are in the operations drawer.',
  rollBackTo: 'Back to', revision: (number: number, when: string, images: string) => `Revision ${String(number)}, ${when}, ${images}`, noRevisions: 'The cluster keeps no earlier template of it.',
  keepDependents: 'Keep what it owns',
  sameReplicas: 'It has that many already.',
  logs: {
    follow: 'Follow', previous: 'Previous attempt', wrap: 'Wrap', search: 'Search the log', matchCase: 'Match case', regex: 'Regular expression', before: 'Previous match', next: 'Next match', searching: 'Searching…', none: 'No line matches.',
    hits: (nth: number, matches: number, wrapped: boolean) => `${formatCount(nth)} of ${formatCount(matches)}${wrapped ? ', from the other end' : ''}`, noPrevious: 'it never ran before', waiting: 'Waiting for the first line.', region: 'Log',
    empty: (previous: boolean) => (previous ? 'The attempt before wrote nothing, or the node has thrown it away.' : 'It wrote nothing.'), copy: 'Copy…', copyNow: (lines: string) => `Copy ${lines} lines`,
    lines: (pod: string, lines: string, cut: boolean) => `${pod}, ${cut ? 'last ' : ''}${lines} lines`,
    standing: (state: 'reading' | 'following' | 'reconnecting' | 'ended' | 'failed' | 'previous', says: string) => [{ reading: 'Reading…', following: 'Follows', reconnecting: 'Connects again', ended: 'Ended', failed: 'Failed', previous: 'The attempt before' }[state], says].filter(Boolean).join(': '),
  },
  terminal: {
    none: 'No pod of it runs now, so there is no container to open a terminal in.', says: 'A terminal runs a shell in the container as you. What you change there goes with the container.', open: (pod: string) => `Open a terminal in ${pod}`, again: 'Open another', opening: 'The container is being reached.',
    region: (pod: string) => `Terminal in ${pod}`, leave: 'F6 leaves the terminal.',
  },
  yaml: {
    label: 'The object as YAML', plan: 'See what changes', unchanged: 'nothing is changed yet', revert: 'Take back', reload: 'Read again', copy: 'Copy', hidden: (count: number) => `${countOf(count, 'value that may be a secret is', 'values that may be secrets are')} hidden here and stay as they are.`,
  },
  ports: {
    title: 'Ports', means: 'from this machine only, they find a new pod when one goes', forward: 'Forward', stop: 'Stop', local: 'to port', any: 'any', wrong: 'a port is 1024 to 65535', copy: 'Copy address',
    standing: ({ pod, state, says, connections }: { pod: string; state: 'open' | 'healing'; says: string; connections: number }) => (state === 'open' ? `to ${pod}, ${countOf(connections, 'connection', 'connections')}` : says || 'waits for a pod'),
  },
  gpu: {
    title: 'GPUs', now: 'now', capacity: 'There', requested: 'Requested', allocated: 'Allocated', used: 'Used', faulted: 'With a fault', notMeasured: 'not measured', waiting: 'Asking Prometheus.', window: 'Window', course: 'Use over time', courseMeans: 'GPUs busy; dashed: tensor cores',
    allocatedLine: (count: string) => `${count} allocated`, each: 'Each GPU', columns: ['GPU', 'Held by', 'Engine', 'Tensor', 'Memory, GiB', 'W'], head: ['At', 'Used GPUs', 'Engine', 'Tensor', 'Memory, GiB', 'W'], free: 'free', xids: 'XID errors',
    xid: (xid: number, node: string, index: string) => `XID ${String(xid)} on ${node}, GPU ${index}`, fault: (xid: number, says: string) => `XID ${String(xid)}, ${says}`, nothing: 'Nothing was measured.', says: (used: string, allocated: string) => `${used} GPUs busy on average, ${allocated} allocated now.`,
  },
}
