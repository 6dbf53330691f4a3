import { countOf, formatPromise, formatUsd } from '../../design'

/** Every text of plans and operations. */
export const words = {
  plan: 'Plan', planMeans: 'what the button will do; nothing has been changed', planning: 'Working out what would change and what it costs.',
  dryRun: { passed: 'dry run passed', failed: 'dry run failed', 'not-run': 'no dry run' },
  perHour: (usd: number) => `${formatUsd(usd)} per hour`, inAll: (usd: number) => `about ${formatUsd(usd)} in all`, noPrice: 'No price', priceBasis: (basis: string, book: string) => `${basis}; price book ${book}`,
  usableIn: 'usable in', takes: 'takes', range: (low: number, high: number) => `80 %: ${formatPromise(low)} to ${formatPromise(high)}`,
  changes: 'Changes', counts: ({ created, changed, deleted }: { created: number; changed: number; deleted: number }) => `${created} created, ${changed} changed, ${deleted === 0 ? 'none' : deleted} deleted`, noChanges: 'Nothing would change.',
  permission: 'Permission', asWhom: (person: string, at: string) => `as ${person}, reviewed ${at}`, ask: (people: string[]) => (people.length > 0 ? `ask ${people.join(', ')}` : 'ask an administrator'), unknownRight: 'not known, the dry run tells', allowed: 'allowed', without: (says: string) => `Without it: ${says}`,
  copyRequest: 'Copy the request', request: ({ as, site }: { as: string; site: string }, { verb, resource, namespace }: { verb: string; resource: string; namespace?: string | undefined }) => `Please let ${as} ${verb} ${resource}${namespace ? ` in namespace ${namespace}` : ''} on ${site}.`,
  quota: 'Quota and budget', ofLimit: (used: string, adds: string, limit: string) => `${used} + ${adds} of ${limit}`,
  risks: 'What could fail', choices: 'Why it is planned so', blocked: 'What stands in the way', undo: 'Undo', lost: 'Lost for good', yaml: 'Copy as YAML', copied: 'Copied.',
  stalePlan: 'This plan is over five minutes old. Facts may have moved.', planAgain: 'Plan again', differs: 'Since the plan before, these differ:', notChanged: 'Nothing was changed.',
  blockedShort: (count: number) => countOf(count, 'thing stands in the way', 'things stand in the way'), started: 'Started. Its steps are in the operations drawer.',
  operations: 'Operations', none: 'None running.', last: 'Last:', moreRunning: (count: number) => `${count} more running`,
  noneEver: 'No operations yet. Every change Takt makes is listed here with its steps, and can be cancelled or undone from here.',
  step: (at: number, of: number) => `step ${at} of ${of}`, ofPromise: (elapsed: string, promise: string) => `${elapsed} of ${promise}`, resumed: (step: number, of: number) => `Resumed at step ${step} of ${of}`,
  states: { running: 'running', done: 'done', failed: 'failed', cancelling: 'being cancelled', cancelled: 'cancelled', undoing: 'being undone', undone: 'undone' },
  stepStates: { waiting: 'waiting', running: 'running', done: 'done', failed: 'failed', skipped: 'left out', undone: 'taken back' },
  summary: (running: number, failed: number) => [running > 0 ? `${running} running` : 'none running', failed > 0 ? `${failed} failed` : ''].filter(Boolean).join(', '),
  whatHappened: 'What happened', journal: (count: number) => `journal, ${countOf(count, 'entry', 'entries')}`, cancelLeaves: 'Cancel leaves', cancel: 'Cancel', retry: 'Go on at the failed step', undoIt: 'Undo', askedBy: (person: string, at: string) => `asked by ${person} ${at}`, on: (site: string) => `on ${site}`,
  prices: 'price book of', doneIn: (at: string, took: string) => `done ${at} in ${took}`,
}
