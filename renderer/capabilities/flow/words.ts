import { countOf, formatShare, formatUsd } from '../../design'

/** Every text of the map. */
export const words = {
  title: 'Map', team: 'team', project: 'project', all: (count: number) => `all ${count}`, everyTeam: 'All teams', everyProject: 'All projects', newProject: 'New project', site: 'site', clearSite: 'Show all sites',
  open: 'Open work items', ofAllowed: (limit: number) => `of ${limit} allowed`, lead: 'Lead time, median', days: (days: number) => `${days.toFixed(1)} d`, takt: (days: number) => `takt ${days.toFixed(1)} d`, efficiency: 'Flow efficiency', topWait: (cause: string, share: number) => `${cause} waits ${formatShare(share)}`, firstPass: 'First-pass yield, rolled', notYet: 'none finished yet',
  discovery: 'Discovery line', mlops: 'MLOps line', questionToBacklog: 'question to backlog, median', backlogToTraffic: 'backlog to traffic, median', rightToLeft: 'runs right to left',
  items: (count: number) => countOf(count, 'item', 'items'), ofThemWaiting: (count: number) => (count > 0 ? `${count} of them waiting` : 'none waiting'), held: (count: number) => (count > 0 ? `${count} held` : 'none held'),
  workedOn: 'worked on', waiting: 'waiting', heldWord: 'held', planned: 'planned', barMeans: 'bar: oldest item, tick: 85th percentile', newQuestions: (count: number) => `drift asks a new question: ${count} this month`,
  of: (limit: number) => `of ${limit}`, waitingHere: (count: number) => `${count} waiting`, empty: 'Empty.', lastLeft: (ago: string) => `Last item left ${ago} ago.`, more: (count: number) => `${count} more`, station: (title: string) => `${title}: open`, oldest: (oldest: string, p85: string | undefined) => `oldest ${oldest}${p85 ? `, 85th percentile ${p85}` : ', no percentile yet'}`,
  backlog: 'Backlog', ready: (limit: number | undefined) => (limit === undefined ? 'ready to pull' : `ready to pull, limit ${limit}`), backlogEmpty: 'Nothing is ready yet. Work items come here once their gates are passed.', backlogNote: 'The MLOps line pulls from here. Pulling comes with its screens; it is not in this release.', openBacklog: 'Open the backlog',
  whereItRuns: 'Where it runs', whereMeans: 'one column is one GPU, its height how busy the engine was in the last 5 min', whereAllocation: 'one column is one GPU, full where it is allocated; use is not measured here', onPrem: 'on-prem', cloud: 'cloud', signs: 'z idle · × faulted · dashed free or booting', noLanes: 'No site shows its GPUs yet.', useUnknown: 'GPU use is not measured on this site. Allocation is shown instead.',
  gpu: { taken: 'taken', idle: 'idle', faulted: 'faulted', free: 'free', booting: 'booting', off: 'off' }, node: (name: string, says: string) => `${name}: ${says}`, laneHead: ['Site', 'Node', 'Model', 'GPU', 'State', 'Busy'],
  waitingJobs: 'Waiting', waitingCount: (jobs: number, gpus: number) => `${countOf(jobs, 'job', 'jobs')}, ${countOf(gpus, 'GPU', 'GPUs')}`, waits: (time: string) => `waits ${time}`, noneWaits: 'No job waits.',
  demand: 'GPU demand today', demandMeans: 'GPUs wanted', cloudNow: 'Cloud now', perHour: '/h', cloudToday: 'Cloud today', idleToday: 'Idle on-prem today', capacity: (gpus: number) => `capacity ${gpus} on-prem`, now: (time: string) => `now ${time}`, demandHead: ['Time', 'On-prem GPUs', 'Cloud GPUs'],
  demandSays: (capacity: number, peak: number, now: number) => `GPU demand today: ${now} wanted now, ${peak} at the peak, ${capacity} on-prem.`, noDemand: 'No demand was recorded today yet.', usd: formatUsd, notMeasured: 'not measured',
  first: 'Reading the lines for the first time.',
}
