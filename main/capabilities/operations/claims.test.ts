import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { HandClock } from '../../../test/support/clock'
import { FakeKube } from '../../../test/support/fakes/kube'
import { succeed } from '../../kernel/outcome'
import { seeded } from '../../kernel/random'
import { silentLog } from '../../platform/log'
import { openStore } from '../../platform/store'
import { planBody, stepsOf } from '../plans'
import { leaseFor } from './claims'
import type { MadePlan, OperationKind } from './ports'
import { makeOperations, type OperationsService } from './service'

/** Two cores, each with a store of its own, on one cluster. */
const undo: (() => unknown)[] = []
let kube: FakeKube, clock: HandClock
beforeEach(() => {
  clock = new HandClock()
  kube = new FakeKube({ clock })
  kube.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } })
})
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})
const subject = { kind: 'Deployment', name: 'web', namespace: 'team' }
function aCore(identity: string, folder = mkdtempSync(join(tmpdir(), 'takt-claims-'))) {
  const store = openStore(folder, { pid: process.pid, now: () => 1 })
  if (!store.ok) throw new Error(store.failure.code)
  const ran: string[] = []
  const gates: (() => void)[] = []
  const kind: OperationKind<unknown> = {
    kind: 'try',
    input: z.unknown(),
    premise: { says: 'On nothing: it is a trial of the claims alone.' },
    undoable: false,
    cancelLeaves: () => 'Nothing.',
    steps: () => [
      {
        id: 'act',
        title: 'Act',
        async run({ signal }) {
          ran.push(identity)
          await new Promise<void>((go) => {
            gates.push(go)
            signal.addEventListener('abort', () => go(), { once: true })
          })
          return succeed(undefined)
        },
      },
    ],
  }
  const operations = makeOperations({
    journal: store.value.operations,
    clock,
    random: seeded(3),
    log: silentLog,
    clockOf: () => clock,
    client: () => succeed(kube),
    onSites: () => () => undefined,
    identity,
  })
  operations.register(kind)
  const close = () => {
    operations.close()
    gates.splice(0).forEach((go) => go())
    return operations.settled().then(() => store.value.close())
  }
  undo.push(() => rmSync(folder, { recursive: true, force: true }), close)
  const made = (as: string): MadePlan<unknown> => ({
    kind,
    input: {},
    again: () => Promise.resolve(succeed(made(as))),
    plan: planBody({
      kind: 'try',
      title: 'Scale web',
      verb: 'Scale',
      site: 'oslo',
      subject,
      as,
      steps: stepsOf(kind, {}),
    }),
  })
  const start = (as: string) => operations.start({ planId: operations.offer(made(as)).id })
  return { operations, start, ran, folder, close, end: () => gates.splice(0).forEach((go) => go()) }
}
const lease = () => kube.one('Lease', leaseFor({ subject }).name)
const until = async (wanted: () => boolean) => {
  while (!wanted()) await new Promise((go) => setImmediate(go))
}
const states = (operations: OperationsService) => operations.list().map(({ state }) => state)

test('the second core is told who acts, and may once that has ended', async () => {
  const [first, second] = [aCore('one'), aCore('two')]
  expect(await first.start('ada')).toMatchObject({ ok: true })
  await until(() => first.ran.length === 1)
  expect(await second.start('ben')).toMatchObject({
    ok: false,
    failure: { code: 'OBJECT_BUSY', data: { by: 'ada', other: 'Scale web' } },
  })
  expect(second.ran).toEqual([])
  first.end()
  await first.operations.settled()
  expect(lease()).toBeUndefined()
  expect(await second.start('ben')).toMatchObject({ ok: true })
  await until(() => second.ran.length === 1)
})
test('of two that begin in the same moment one acts', async () => {
  const [first, second] = [aCore('one'), aCore('two')]
  const answers = await Promise.all([first.start('ada'), second.start('ben')])
  expect(answers.map(({ ok }) => ok).sort()).toEqual([false, true])
})
test('a core that was ended keeps its claim for its next start, and goes on', async () => {
  const first = aCore('one')
  await first.start('ada')
  await until(() => first.ran.length === 1)
  await first.close()
  const second = aCore('two')
  expect(await second.start('ben')).toMatchObject({ failure: { data: { by: 'ada' } } })
  const again = aCore('one', first.folder)
  again.operations.resume()
  await until(() => again.ran.length === 1)
  again.end()
  await again.operations.settled()
  expect(states(again.operations)).toEqual(['done'])
})
test('what another core has taken meanwhile ends as overtaken where it stopped', async () => {
  const first = aCore('one')
  await first.start('ada')
  await until(() => first.ran.length === 1)
  await first.close()
  // Its claim has run out, and somebody else has begun.
  await clock.advance(601_000)
  const second = aCore('two')
  expect(await second.start('ben')).toMatchObject({ ok: true })
  await until(() => second.ran.length === 1)
  const again = aCore('one', first.folder)
  again.operations.resume()
  await again.operations.settled()
  expect(again.operations.list()).toMatchObject([
    { state: 'overtaken', overtakenBy: 'ben works on it by now: "Scale web".' },
  ])
  expect(again.ran).toEqual([])
})
test('what is asked for while a claim is let go is driven all the same, and nothing is claimed at the end', async () => {
  const first = aCore('one')
  await first.start('ada')
  await until(() => first.ran.length === 1)
  const [operation] = first.operations.list()
  expect(first.operations.cancel(operation?.id ?? '')).toMatchObject({ ok: true })
  await first.operations.settled()
  expect(states(first.operations)).toEqual(['cancelled'])
  expect(lease()).toBeUndefined()
})
test('where no Lease may be written the work is done all the same', async () => {
  kube.forbidden.add('create leases')
  const first = aCore('one')
  expect(await first.start('ada')).toMatchObject({ ok: true })
  await until(() => first.ran.length === 1)
})
