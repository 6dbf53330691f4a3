import { basename } from 'node:path'
import { performance } from 'node:perf_hooks'
import { InvalidArgumentError, type Command } from 'commander'
import type { Outcome } from '../../kernel/outcome'
import { readJobHistory } from './adapters/job-history'
import { readSpot } from './adapters/spot-json'
import { writeSchedule } from './adapters/schedule-csv'
import { groupOf, invalidOption, refusal } from '../../platform/report-command'
import { aside, print, printJson } from '../../platform/terminal'
import { readTrace } from './adapters/trace-csv'
import { POLICY_NAMES } from './domain/policies/catalogue'
import type { TaktSettings } from './domain/policies/takt'
import { answer, type ReplayAnswer } from './replay-run'
import { report } from './report'

interface Options {
  trace: string
  nodes?: number
  gpusPerNode: number
  policy?: string
  sweep?: boolean
  estimateSigma: number
  seed: number
  spot?: string[]
  spotShare?: number
  linkGbps?: number
  gbPerJob?: number
  budgetUsd?: number
  budgetDays: number
  usdPerWaitHour?: number
  deadlines?: 'keep' | 'weigh'
  schedule?: string
  skipBadLines?: boolean
  json?: boolean
}

function valueOf<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw refusal(outcome.failure)
  return outcome.value
}

const numberAtLeast = (least: number) => (text: string) => {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value) || value < least)
    throw new InvalidArgumentError(`It has to be a number of at least ${least}.`)
  return value
}
const wholeAtLeast = (least: number) => (text: string) => {
  const value = numberAtLeast(least)(text)
  if (!Number.isInteger(value)) throw new InvalidArgumentError('It has to be a whole number.')
  return value
}
const shareOfOne = (text: string) => {
  const value = numberAtLeast(0)(text)
  if (value > 1) throw new InvalidArgumentError('It has to be a share from 0 to 1.')
  return value
}
const deadlines = (text: string) => {
  if (text !== 'keep' && text !== 'weigh')
    throw new InvalidArgumentError('It has to be keep or weigh.')
  return text
}

/** Where results go, and what is said beside them. */
export interface Print {
  result(text: string): void
  json(json: string): void
  aside(text: string): void
}
const toTerminal: Print = { result: print, json: printJson, aside }

/** Registers `takt burst replay`, which needs no cluster, no core and no network. */
export function burstCommands(program: Command, to: Print = toTerminal): void {
  const burst = groupOf(program, 'burst', 'Decide between the building and the cloud')
  burst
    .command('replay')
    .description(
      'Replay a trace of jobs under one or more policies and print what each would have cost',
    )
    .requiredOption(
      '--trace <file>',
      'CSV with job_id, submission_time, num_gpu, duration, or what kubectl get jobs (or Kueue workloads) -o json printed; may be gzipped',
    )
    .option(
      '--nodes <n>',
      'nodes in the building (default: median demand of the trace)',
      wholeAtLeast(1),
    )
    .option('--gpus-per-node <n>', 'GPUs of a node', wholeAtLeast(1), 8)
    .option(
      '--policy <list>',
      `policies, separated by commas (${POLICY_NAMES.join(', ')}); default all`,
    )
    .option('--sweep', 'run the knob of each policy over its range')
    .option(
      '--estimate-sigma <s>',
      'lognormal noise on what the policies know of running times',
      numberAtLeast(0),
      0,
    )
    .option('--seed <k>', 'seed of that noise', wholeAtLeast(0), 1)
    .option('--spot <files...>', 'availability records of spot zones (JSON, may be gzipped)')
    .option(
      '--spot-share <s>',
      'share of jobs that may run on spot nodes, 0 to 1 (default: all, where --spot is given)',
      shareOfOne,
    )
    .option(
      '--link-gbps <x>',
      'how fast data goes to the cloud, in Gbit/s for all jobs together (default: at once)',
      numberAtLeast(0.01),
    )
    .option('--gb-per-job <x>', 'data of a job where the trace has no dataset_gb', numberAtLeast(0))
    .option('--budget-usd <x>', 'what the cloud may cost at most', numberAtLeast(0))
    .option('--budget-days <d>', 'how long that budget has to last', numberAtLeast(0.01), 60)
    .option(
      '--usd-per-wait-hour <x>',
      'what an hour of waiting is worth for a job of ten GPU hours (default 0: only deadlines count; with a budget: whatever makes it last)',
      numberAtLeast(0),
    )
    .option(
      '--deadlines <how>',
      'keep: leave in time for every deadline; weigh: only the value of waiting counts (default: keep, with --sweep or a budget alone weigh)',
      deadlines,
    )
    .option('--schedule <dir>', 'write where and when every job ran')
    .option('--skip-bad-lines', 'leave out lines that make no sense instead of refusing the file')
    .option('--json', 'one JSON object on stdout')
    .action(async (_options: Options, command: Command) => {
      await replayCommand(command.optsWithGlobals<Options>(), to)
    })
}

async function replayCommand(options: Options, to: Print): Promise<void> {
  const names = options.policy?.split(',').map((name) => name.trim()) ?? [...POLICY_NAMES]
  if (names.every((name) => name === ''))
    throw invalidOption('--policy', `names none of ${POLICY_NAMES.join(', ')}`)
  const unknown = names.filter((name) => !POLICY_NAMES.includes(name))
  if (unknown.length > 0)
    throw invalidOption(
      '--policy',
      `${unknown.join(', ')} is not one of ${POLICY_NAMES.join(', ')}`,
    )
  const { jobs, skipped } = valueOf(await readHistory(options))
  const spots = await Promise.all(
    (options.spot ?? [])
      .flatMap((list) => list.split(','))
      .map(async (file) => valueOf(await readSpot(file))),
  )
  for (const { path, says } of skipped) to.aside(`left out: ${path} ${says}`)
  const sweep = options.sweep === true
  const found = await answer(
    {
      jobs,
      gpusPerNode: options.gpusPerNode,
      policies: names,
      sweep,
      estimateSigma: options.estimateSigma,
      seed: options.seed,
      spots,
      ...(options.nodes !== undefined && { nodes: options.nodes }),
      ...(options.linkGbps !== undefined && { linkGbps: options.linkGbps }),
      ...(options.gbPerJob !== undefined && { gbPerJob: options.gbPerJob }),
      ...(options.spotShare !== undefined && { spotShare: options.spotShare }),
      takt: taktSettings(options),
    },
    {
      stopwatch: () => performance.now() * 1000,
      each: async (replayed, index) => {
        if (options.schedule)
          await writeSchedule(
            options.schedule,
            index === 0 ? replayed.policy.name : `${replayed.policy.name}-${index}`,
            replayed,
          )
      },
    },
  )
  if (options.json) to.json(JSON.stringify(asJson(options.trace, found)))
  else to.result(report(basename(options.trace), found))
}

const readHistory = ({ trace, skipBadLines }: Options) =>
  /\.json(\.gz)?$/.test(trace)
    ? readJobHistory(trace)
    : readTrace(trace, { skipBadLines: skipBadLines === true })

/** A budget without any word on what waiting is worth is spread over its days; a sweep asks what waiting buys, so deadlines do not bind it. */
function taktSettings({
  usdPerWaitHour,
  deadlines: how,
  budgetUsd,
  budgetDays,
  sweep,
}: Options): TaktSettings {
  const paced = budgetUsd !== undefined && usdPerWaitHour === undefined && how === undefined
  return {
    usdPerWaitHour: usdPerWaitHour ?? 0,
    deadlines: how ?? (sweep || paced ? 'weigh' : 'keep'),
    ...(budgetUsd !== undefined && { budgetUsd, budgetDays, paced }),
  }
}

const asJson = (trace: string, found: ReplayAnswer) => ({
  trace: basename(trace),
  jobs: found.jobs.count,
  dropped: found.jobs.dropped,
  meanRuntimeHours: found.meanRuntimeHours,
  nodes: found.setting.nodes,
  gpusPerNode: found.setting.gpusPerNode,
  policies: found.figures,
})
