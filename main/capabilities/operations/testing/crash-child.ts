import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { failure } from '../../../../preload/contract/failures'
import { fail, succeed } from '../../../kernel/outcome'
import { seeded } from '../../../kernel/random'
import { systemClock } from '../../../platform/clock/system'
import { silentLog } from '../../../platform/log'
import type { KubeClient } from '../../../platform/kubernetes/types'
import { openStore, type Store } from '../../../platform/store'
import type { MadePlan, OperationKind, Step } from '../ports'
import { makeOperations } from '../service'

// A process that runs one operation against a folder that stands for a cluster, and kills itself where it is told to.
const [, , folder = '', mode = 'forward', killAt = '0'] = process.argv
const world = join(folder, 'world')
mkdirSync(world, { recursive: true })
let passed = 0
/** Points that lie between the first page of a write and its commit. */
const insideWrites: number[] = []
const here = () => {
  if (++passed === Number(killAt)) process.kill(process.pid, 'SIGKILL')
}

/** Told by a test that what the operation rests on is no longer so. */
const moved = () => (existsSync(join(folder, 'moved')) ? 'Its owner extended it.' : undefined)

// Names are chosen at random, so only a name that was kept before it was used can be found again after a crash.
const step = (index: number): Step<unknown> => ({
  id: `step-${index}`,
  title: `Make ${index}`,
  async overtaken() {
    here()
    return succeed(mode === 'premise' ? moved() : undefined)
  },
  async run({ kept, signal }) {
    here()
    const name = (kept[`name-${index}`] ??= `${index}-${crypto.randomUUID()}`)
    here()
    if (!readdirSync(world).includes(name)) writeFileSync(join(world, name), '', { flag: 'wx' })
    here()
    if (mode === 'cancel' && index === 4) {
      service.cancel('op-1')
      return fail(
        failure('OPERATION_NOT_POSSIBLE', {
          operation: 'op-1',
          says: signal.aborted ? 'stopped' : 'not stopped',
        }),
      )
    }
    return succeed(undefined)
  },
  async undo({ kept }) {
    here()
    const name = kept[`name-${index}`]
    if (name) rmSync(join(world, name), { force: true })
    here()
    return succeed(undefined)
  },
})
const kind: OperationKind<unknown> = {
  kind: 'crash',
  premise: { says: 'On nothing: it is a trial of the runner alone.' },
  input: z.unknown(),
  steps: () => [1, 2, 3, 4, 5].map(step),
  cancelLeaves: () => 'nothing',
  undoable: true,
}

const opened = openStore(folder, { pid: process.pid, now: () => systemClock.now() })
if (!opened.ok) throw new Error(opened.failure.code)
const store = opened.value
const spills = process.argv[6] === 'spill'
const SPILL_BYTES = 3 * 2 ** 20
const journal: Store['operations'] = {
  ...store.operations,
  save(operation) {
    here()
    const saved = store.together(() => {
      // More than SQLite's cache holds, so that pages of what is never committed are in the file already.
      if (spills) store.blobs.set('ballast', randomBytes(SPILL_BYTES))
      store.operations.save(operation)
      insideWrites.push(passed + 1)
      here()
    })
    here()
    return saved
  },
}
const service = makeOperations({
  journal,
  clock: systemClock,
  clockOf: () => systemClock,
  client: () => succeed({} as KubeClient),
  log: silentLog,
  random: seeded(1),
  onSites: () => () => undefined,
  mayGoOn: () => Promise.resolve(moved()),
})
service.register(kind)

const made: MadePlan<unknown> = {
  kind,
  input: {},
  again: () => Promise.resolve(succeed(made)),
  plan: {
    kind: 'crash',
    title: 'Crash',
    verb: 'Go',
    site: 'rack',
    subject: { kind: 'Thing', name: 'x' },
    as: 'mia',
    changes: [],
    dryRun: { result: 'passed', says: [] },
    permissions: [],
    quotas: [],
    risks: [],
    choices: [],
    steps: [],
    blockedBy: [],
  },
}
const afresh = store.operations.load().length === 0
if (afresh && process.argv[5] !== 'resume-only')
  await service.start({
    planId: service.offer(made).id,
    ...(mode === 'lease' && { unattended: { on: 'lease', mayAct: () => true } }),
  })
else service.resume()
await service.settled()
const [operation] = service.list()
store.close()
process.stdout.write(
  JSON.stringify({
    passed,
    insideWrites,
    state: operation?.state,
    journal: operation?.journal.map(({ says }) => says),
    world: readdirSync(world),
  }),
)
