import { countOf, formatCount } from '../../design'

/** Every text about one object. */
export const words = {
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
  actions: { logs: 'read logs', terminal: 'open a terminal', forward: 'forward ports', edit: 'edit', scale: 'scale', restart: 'restart', suspend: 'suspend', resume: 'resume', delete: 'delete' },
  scale: 'Scale…', restart: 'Restart…', suspend: 'Suspend…', resume: 'Resume…', delete: 'Delete…', scaleTo: 'Replicas', plan: 'Plan', cancel: 'Cancel', started: 'Started; its steps are in the operations drawer.',
  keepDependents: 'Keep what it owns',
}
