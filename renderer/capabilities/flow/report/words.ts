import { formatDuration, formatNumber, formatShare } from '../../../design'

/** What the flow screen says. */
export const words = {
  title: 'Flow',
  tabs: { line: 'Whole line', items: 'Items', definitions: 'Definitions' },
  parts: 'Parts of Flow',
  window: 'finished in',
  windowDays: (days: number) => `${String(days)} days`,
  loading: 'Working out where time went',
  empty: 'No work items yet',
  emptyRemedy: 'Ask a first question, and its way through the line is measured from then on.',
  newProject: 'New project',
  everyTeam: 'Every team',
  lead: 'Lead time, median',
  finished: (count: number) => `${String(count)} finished`,
  waiting: 'Waiting',
  touched: (seconds: number) => `touched ${formatDuration(seconds)}`,
  efficiency: 'Flow efficiency',
  was: (text: string) => `was ${text}`,
  pace: 'Finished a week',
  takt: (seconds: number) => `asked every ${formatDuration(seconds)}`,
  few: (count: number) =>
    `${String(count)} finished: under 10 only counts are shown, a median would say nothing.`,
  stream: {
    title: 'Value stream',
    means: 'the mean finished item, width is time; outline above = waiting, solid below = touched',
    says: (station: string, seconds: number) =>
      `The mean item waits longest at ${station}: ${formatDuration(seconds)}.`,
    none: 'Nothing finished in this window',
    head: ['Station', 'waits', 'mostly for', 'touched'],
    bottleneck: 'the bottleneck',
  },
  causes: {
    title: 'Why items waited',
    means: (days: string) => `${days} item-days in the window`,
    head: ['Cause', 'item-days', 'together'],
    none: 'Nothing waited in this window',
    show: (count: number) => `Show ${String(count)} ${count === 1 ? 'item' : 'items'}`,
    of: (cause: string, share: number) => `${cause} is ${formatShare(share)} of all waiting.`,
  },
  ages: {
    title: 'Age of open items',
    means: 'since the question; a dot is an item',
    over: (count: number) => `${String(count)} older than 85 %`,
    head: ['Item', 'station', 'age'],
    none: 'Nothing is under way',
    says: (open: number, over: number) =>
      `${String(open)} open items, ${String(over)} older than 85 % of what was finished.`,
    median: 'median',
    p85: '85th percentile',
  },
  forecast: {
    title: 'When will it be done?',
    ask: 'items ahead, this one counted',
    chance: { p50: '50 %, as likely as not', p85: '85 %, say this one', p95: '95 %, nearly sure' },
    none: 'Nothing was finished in this window, so no day can be drawn from it.',
    never: 'not within ten years',
    basis: (days: number) =>
      `Each day to come is like one of the window's ${String(days)} days, drawn at random; worked out exactly.`,
    head: ['Day', 'chance to be done that day', 'done by then'],
    says: (date: string) => `As likely as not by ${date}.`,
  },
  gates: {
    title: 'Right the first time',
    means: 'by gate, and rolled up to it; a waiver is not a pass',
    head: ['Gate', 'seen', 'passed', 'waived', 'yield', 'rolled'],
    none: 'No gate was answered in this window',
    sentBack: (handOff: string, count: number, received: number) =>
      `Most sent back: ${handOff}, ${String(count)} of ${String(received)}.`,
  },
  dora: {
    title: 'DORA for models',
    means: 'this window, the one before',
    deploys: 'Deployments a week',
    lead: 'Change lead time, median',
    fails: 'Change fail rate',
    recovery: 'Recovery, median',
    rework: 'Rework rate',
    none: 'none yet',
    foot: (deployments: number, open: number) =>
      `${String(deployments)} deployments${open > 0 ? `, ${String(open)} not recovered yet` : ''}.`,
  },
  clocks: {
    title: 'Do the clocks add up?',
    means: 'Little’s law',
    head: ['Part', 'left', 'expected', 'seen', 'ratio'],
    parts: { all: 'Whole line', discovery: 'Discovery', backlog: 'Backlog', mlops: 'MLOps' },
    why: {
      'open items': 'Open items: the line takes in more than it finishes; every event is there.',
      'events missing': 'Events missing: some items have no beginning.',
      uneven: 'Uneven: the window saw more come than leave, or the other way round.',
      fits: 'It fits.',
    },
    number: (value: number) => formatNumber(value),
  },
  items: {
    head: {
      title: 'Item',
      lead: 'Lead time',
      touch: 'Touched',
      wait: 'Waited',
      cause: 'Mostly for',
    },
    filtered: (cause: string) => `waited for ${cause}`,
    clear: 'Show all',
    none: 'No item waited for this in the window.',
  },
} as const
