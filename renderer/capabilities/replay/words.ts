import type { ReplayPolicyName } from '../../../preload/contract/replay'
import { countOf, formatNumber, formatShare, formatUsd } from '../../design'

/** A knob in whole dollars where it is one. */
export const knobSays = (usd: number) =>
  Number.isInteger(usd) ? formatUsd(usd).replace(/\.00$/, '') : formatUsd(usd)
const hours = (value: number) => `${value < 10 ? value.toFixed(2) : formatNumber(value)} h`
/** Every text of replays. */
export const words = {
  title: 'Replay',
  burst: 'Burst',
  source: 'trace',
  jobs: (jobs: number, run: number, users: number) =>
    `${countOf(jobs, 'job', 'jobs')}, mean run ${formatNumber(run)} h${users > 0 ? `, ${countOf(users, 'user', 'users')}` : ''}`,
  import: 'Import…',
  readSite: (site: string) => `Read what ${site} remembers`,
  readAgain: (site: string) => `Read ${site} again`,
  sources: 'Jobs to replay',
  forget: 'Forget this source…',
  forgetAsk: 'Forget',
  forgetSays: (title: string) => `${title} is deleted from this machine. Runs that were kept stay.`,
  none: 'No jobs to replay yet.',
  noneSays:
    'A site tells of the jobs that ended there, or a file does: CSV with job_id, submission_time, num_gpu and duration, or Jobs and Workloads as kubectl prints them with -o json.',
  importing: 'Import jobs',
  file: 'File, CSV or JSON, may be gzipped',
  skip: 'Leave out lines that make no sense',
  doImport: 'Import',
  mistakes: (count: number) => countOf(count, 'line makes no sense:', 'lines make no sense:'),
  left: (count: number) => `${countOf(count, 'line was', 'lines were')} left out`,
  whatIf: 'What if',
  reset: 'Reset',
  knob: 'Hour of waiting is worth',
  nodes: (gpus: number) => `On-prem nodes of ${gpus} GPUs`,
  budget: 'Cloud budget, span',
  sigma: 'Estimate error, sigma',
  price: 'Hour of a cloud node',
  deadlines: 'Due times',
  keep: 'keep all',
  weigh: 'weigh',
  exact: 'exact',
  noCap: 'no cap',
  typed: (label: string) => `${label}, typed`,
  range: (least: number, most: number) =>
    Number.isFinite(most)
      ? `a number from ${formatNumber(least)} to ${formatNumber(most)}`
      : `a number of at least ${formatNumber(least)}`,
  link: 'Link to the cloud',
  linkHint: 'All jobs share it. It counts where jobs bring data.',
  gbps: (value: number) => `${formatNumber(value)} Gbit/s`,
  data: 'Data of a job',
  dataHint: 'Where the source names none. A job begins in the cloud once its data is there.',
  gb: (value: number) => `${formatNumber(value)} GB`,
  spot: 'Spot share allowed',
  spotHint:
    'Spot is supposed: three zones, each up 8 h and away 2 h on average, at 35 % of the price, a checkpoint every 15 min.',
  percent: (value: number) => `${Math.round(value)} %`,
  incomplete: (done: number, of: number) =>
    `incomplete, ${done} of ${countOf(of, 'replay', 'replays')}`,
  differs: (name: string, then: string, now: string) => `${name}: ${then}, now ${now}`,
  otherwise: (title: string) => `Supposed otherwise than in ${title}:`,
  otherJobs: (title: string) => `The jobs are others: ${title}.`,
  wasFigure: (figure: string) => `was ${figure}`,
  advise: (knob: number, saves: number, days: number) =>
    `Set the value of waiting to ${knobSays(knob)}/h: saves ${formatUsd(saves)} in these ${formatNumber(Math.round(days))} days,`,
  adviseHow: (usd: number, wait: number, per: number) =>
    `cloud ${formatUsd(Math.abs(usd))} ${usd < 0 ? 'less' : 'more'}, jobs wait ${hours(Math.abs(wait))} ${wait < 0 ? 'shorter' : 'longer'}; an hour of a job's waiting counted as ${knobSays(per)}.`,
  proposeIt: (knob: number) => `Propose ${knobSays(knob)}`,
  none0: '$0',
  policies: 'Compare policies',
  seed: (seed: number) => `seed ${seed}`,
  replays: (plays: number, seconds: number) =>
    `${countOf(plays, 'replay', 'replays')} in ${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`,
  running: (done: number, of: number) => `replay ${done + 1} of ${of}`,
  starting: 'starting',
  cancel: 'Cancel',
  cancelled: 'Stopped. Figures are of the question before.',
  again: 'Play again',
  stoppedEarly: 'Stopped before anything was played.',
  propose: (knob: number) => `Propose ${knobSays(knob)} to leads`,
  proposal: 'Proposal',
  close: 'Close',
  noTakt: 'Takt is not among the policies.',
  bounds: 'Lower bound',
  frontier: 'Cost against waiting',
  frontierMeans:
    'cloud cost of the span; lower left is better; each mark is one knob setting, press one of Takt to set it',
  waitAxis: 'mean wait of a job',
  ground: 'no policy that keeps every due time gets here, even knowing the future',
  onlyHere: (wait: number) => `building only, $0 at ${hours(wait)}`,
  frontierSays: (best: string) =>
    `Cloud cost against mean waiting time, one line for each policy. ${best}`,
  frontierHead: ['Policy', 'Knob', 'Mean wait, h', 'P95 wait, h', 'Cloud USD', 'Late'],
  knobOf: (value: number) => `${knobSays(value)} an hour`,
  chosen: (knob: number, wait: number, usd: number) =>
    `${knobSays(knob)} an hour: ${hours(wait)}, ${formatUsd(usd)}`,
  under: (share: number, policy: string) =>
    `${formatShare(Math.abs(share))} ${share >= 0 ? 'under' : 'over'} ${policy} at equal wait`,
  was: 'before',
  usage: 'What ran where',
  usageMeans: (step: string, knob: string, gpus: number) =>
    `GPUs, ${step} mean, ${knob}; the line is the ${gpus} of the building`,
  building: 'building',
  cloud: 'cloud',
  asked: 'asked for',
  waits: 'waits',
  usageHead: ['From', 'Building GPUs', 'Cloud GPUs', 'Asked for', 'Waiting'],
  usageSays: (peak: number, cloud: number, capacity: number) =>
    `GPUs in use over time: ${formatNumber(peak)} asked for at the peak, ${capacity} in the building, up to ${formatNumber(cloud)} in the cloud.`,
  day: (day: number) => `day ${day}`,
  table: (title: string) => `${title}, table`,
  outcome: 'Outcome',
  outcomeMeans: 'at the chosen knob, else the usual one',
  columns: {
    policy: 'Policy',
    cloud: 'Cloud $',
    mean: 'Mean',
    p95: 'P95 wait',
    late: 'Late',
    team: 'Team',
    wait: 'Wait',
    jobs: 'Jobs',
  },
  over: 'over budget',
  teams: 'Who waits',
  teamsMeans: (was: string | undefined) =>
    was ? `mean wait by team, ${was} to this what-if` : 'mean wait by team',
  wasLegend: 'was',
  wouldBe: 'would be',
  noTeams: 'The jobs of this source name no team.',
  everybody: 'everybody',
  inWords: 'In words',
  inWordsLabel: 'The what-if in sentences and kept runs, scrolls',
  really: 'what really happened',
  keepRun: 'Keep this run',
  kept: 'Kept runs',
  noKept: 'Nothing kept yet. A kept run can be compared with any other.',
  run: (number: number) => `run ${number}`,
  compare: 'Compare with',
  comparing: 'compared',
  delete: 'Delete',
  rename: 'Title',
  keptAs: (number: number) => `Kept as run ${number}.`,
  hours,
  shortHours: (value: number) =>
    value < 10
      ? `${value.toFixed(2)} h`
      : value < 100
        ? `${value.toFixed(1)} h`
        : `${(value / 24).toFixed(1)} d`,
  loading: 'Reading the jobs that can be replayed.',
  playing: 'Playing the jobs for the first time.',
  needsTakt: 'Choose Takt among the policies to set a knob.',
  simulated: 'simulated',
  useIt: (knob: number) => `Set ${knobSays(knob)}`,
  wouldCost: (knob: number, days: number, { usd, wait }: { usd: number; wait: number }) =>
    `At ${knobSays(knob)} an hour these ${formatNumber(Math.round(days))} days would have cost ${formatUsd(usd)} in the cloud, and jobs would have waited ${hours(wait)} on average.`,
  reallyWaited: (wait: number) => `In truth they waited ${hours(wait)}.`,
  against: (title: string, usd: number, wait: number) =>
    `Against ${title}: ${Math.abs(usd) < 0.5 ? 'as dear' : `${formatUsd(Math.abs(usd))} ${usd < 0 ? 'less' : 'more'}`}, waiting ${Math.abs(wait) < 0.005 ? 'as long' : `${hours(Math.abs(wait))} ${wait < 0 ? 'shorter' : 'longer'}`}.`,
  worst: (team: string, wait: number) => `${team} waits longest, ${hours(wait)}.`,
  capBinds: (usd: number) => `The budget of ${formatUsd(usd)} holds back what would cost more.`,
  missed: (share: number) => `${formatShare(share)} would have been late.`,
  noneLate: 'Nobody would have been late.',
  synthetic: "Due times are supposed from each job's length where the file names none.",
  policy: {
    takt: 'Takt',
    starburst: 'Starburst',
    constant: 'Constant wait',
    'last-safe': 'Last safe moment',
    skypilot: '10 min, cheapest',
    'no-wait': 'Never wait',
    'star-wait': 'Wait by size',
    fifo: 'Building only',
    backfill: 'Building, backfill',
    'uniform-progress': 'Uniform progress, spot',
    'bound-divisible': 'Bound without waiting',
    'bound-slack': 'Bound with due times',
  } satisfies Record<ReplayPolicyName, string>,
}
