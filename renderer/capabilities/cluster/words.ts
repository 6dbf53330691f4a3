import type { ListId } from '../../../preload/contract/cluster'
import type { ManyAction } from '../../../preload/contract/objects'
import { countOf, formatCount } from '../../design'

/** Every text about the lists of a cluster. */
export const words = {
  title: 'Cluster', site: 'Site',
  lists: { nodes: 'Nodes', workloads: 'Workloads', pods: 'Pods', queues: 'Queues', flavors: 'Flavors', events: 'Events', namespaces: 'Namespaces' } satisfies Record<ListId, string>,
  columns: {
    state: 'Status', name: 'Name', namespace: 'Namespace', owner: 'Owner', gpus: 'GPUs', node: 'Node', why: 'Why or what', restarts: 'Restarts', age: 'Age', ready: 'Ready', device: 'Device', queue: 'Queue', priority: 'Priority', ip: 'IP', image: 'Image', started: 'Started',
    finished: 'Finished', model: 'Model', allocated: 'Allocated', used: 'Used', free: 'Free', pods: 'Pods', devices: 'Devices', cpu: 'CPU', memory: 'Memory', roles: 'Roles', version: 'Version', instance: 'Instance', zone: 'Zone', address: 'Address', kind: 'Kind', position: 'Place',
    of: 'Belongs to', pending: 'Waiting', admitted: 'Admitted', quota: 'Quota', strategy: 'Strategy', flavors: 'Flavors', borrowed: 'Borrowed', labels: 'Labels', taints: 'Taints', queues: 'Queues', last: 'Last seen', reason: 'Reason', about: 'About', times: 'Times', from: 'From', project: 'Project',
  } as Record<string, string>,
  states: {
    waiting: 'Waiting', starting: 'Starting', restarting: 'Restarting', failed: 'Failed', stopping: 'Stopping', running: 'Running', done: 'Done', unknown: 'Unknown', held: 'Held', ready: 'Ready', down: 'Down', draining: 'Draining', active: 'Active', stopped: 'Stopped', offered: 'Offered', unused: 'Unused',
    warning: 'Warning', normal: 'Normal',
  } as Record<string, string>,
  filter: 'name, label or node', filterName: 'Filter the list', gpus: 'GPU', gpusAny: 'any', gpusAsked: 'asked for', gpusNone: 'none', status: 'status', any: 'any', kind: 'kind', namespace: 'namespace', nodesFrom: 'nodes', clear: 'Clear', columnsMenu: 'Columns', usualColumns: 'Usual columns',
  of: (total: number) => `of ${formatCount(total)}`,
  held: (changes: number) => `${countOf(changes, 'change', 'changes')}, press R`, holdsStill: 'The order holds still while the list is in use.',
  selected: (count: number) => `${formatCount(count)} selected`, gpusIn: (count: number) => countOf(count, 'GPU', 'GPUs'), copy: 'Copy as CSV', copyAll: 'Copy all as CSV', selectAll: 'Select all matching', unselect: 'Clear selection',
  selectedTooMany: (most: number) => `The first ${formatCount(most)} are selected.`, copied: (rows: number) => `${countOf(rows, 'row', 'rows')} copied.`, notCopied: 'The browser did not allow copying.',
  withSelected: 'With what is selected', many: { suspend: 'Suspend…', resume: 'Resume…', restart: 'Restart…', delete: 'Delete…' } satisfies Record<ManyAction, string>,
  mostAtOnce: (most: number) => `At most ${formatCount(most)} at once: select fewer.`,
  manyTitle: (what: ManyAction, count: number) => `${{ suspend: 'Suspend', resume: 'Resume', restart: 'Restart', delete: 'Delete' }[what]} ${formatCount(count)} selected`,
  manyMeans: {
    suspend: 'What runs of them ends, and nothing of them starts until they are resumed.', resume: 'They may run again; what waits in a queue waits there.', restart: 'Their pods are replaced a few at a time.', delete: 'They are deleted, each only if it is still the one that was selected.',
  } satisfies Record<ManyAction, string>,
  none: 'none yet', unknownYet: 'not read yet', up: 'Move up', down: 'Move down', wider: 'Wider', narrower: 'Narrower',
  live: 'live', changes: (perSecond: number) => (perSecond > 0 ? `${countOf(perSecond, 'change', 'changes')} a second` : 'no changes'), took: (first: string, all: string | undefined) => `first row ${first}${all ? `, all ${all}` : ''}`,
  asOf: (when: string) => `as of ${when}`, loadingRows: (done: number, total: number) => `Still listing, ${formatCount(done)}${total > done ? ` of ${formatCount(total)}` : ''}.`, loadingColumns: (done: number, total: number) => `Reading the other columns, ${formatCount(done)}${total > done ? ` of ${formatCount(total)}` : ''}.`,
  stale: (site: string, when: string | undefined) => `${site} has not answered${when ? ` since ${when}` : ''}. What was last seen stays as it was.`,
  noneHere: (list: string) => `There are no ${list.toLowerCase()} here.`, noneMatch: 'Nothing matches.', noSite: 'No site is connected yet. Open the plant or connect a cluster to see what it holds.', connect: 'Connect a cluster',
  notes: {
    'no-tables': 'This server prints no tables, so the objects themselves are read.', 'only-some-namespaces': 'You may not list everything: these are the namespaces of your projects.', 'use-unknown': 'GPU use is missing: nothing measures it on this site. Allocation is shown instead.',
    'kueue-absent': 'Kueue is not installed here, so there are no queues to wait in.', 'kind-forbidden': 'You may not list these kinds:', 'allocation-unknown': 'You may not list all pods, so what is allocated is not known.', 'positions-computed': 'Places in queues are computed from what waits.',
  } as Record<string, string>,
  strip: {
    title: 'GPUs by node', means: (nodes: number, gpus: number) => `${countOf(nodes, 'node', 'nodes')}, ${countOf(gpus, 'GPU', 'GPUs')}, height is allocated share`, allocated: 'allocated', used: 'used', free: 'free', down: 'down', draining: 'draining', counting: (done: number, total: number) => `counting pods, ${formatCount(done)} of ${formatCount(total)}`,
    none: 'No node here has a GPU.', drag: 'Drag over nodes to filter the list; arrows move, Shift extends, Enter filters.',
    cell: ({ name, model, gpus, allocated, used, state }: { name: string; model: string; gpus: number; allocated?: number | undefined; used?: number | undefined; state: string }) =>
      `${name}: ${[`${formatCount(gpus)} ${model || 'GPU'}`, allocated === undefined ? 'allocation not known yet' : `${formatCount(allocated)} allocated`, used === undefined ? '' : `${used.toFixed(1)} used`, state === 'ready' ? '' : state].filter(Boolean).join(', ')}`,
    kinds: { whole: 'whole', mig: 'MIG', shared: 'shared', dra: 'DRA devices' } as Record<string, string>, figures: (allocated: number | undefined, capacity: number) => (allocated === undefined ? formatCount(capacity) : `${formatCount(allocated)} of ${formatCount(capacity)}`),
  },
}
