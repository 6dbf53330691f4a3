import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Operation } from '../../preload/contract/operations'
import type { SiteState } from '../../preload/contract/sites'
import { burstStackLacks, CLUSTER, startBurstStack, type BurstStack } from './burst-stack'
import { connectBoth, handsOn, POOL } from './burst/desk'
import { leavesTrace, startGate, type Gate, type Passing } from './burst/gate'
import { isThere, job, jobAt, marksOf, runs, watchRuns } from './burst/jobs'
import { buildMortalCore, startMortal, type Mortal } from './burst/mortal'
import { soon } from './discovery/watching'
import { kubeconfig } from './stack/kubeconfig'
import { until } from './stack/servers'

const lacks = burstStackLacks()
/** What an operation wrote, and during which of its steps. */
interface Trace {
  where: 'home' | 'cloud' | 'aws'
  what: string
  step: string
}
type When = 'before' | 'after'

describe.skipIf(lacks !== undefined)(
  `a core that is killed while it moves a job between two real clusters${lacks ? ` (${lacks})` : ''}`,
  () => {
    let stack: BurstStack
    let gates: Gate[] = []
    let program: Awaited<ReturnType<typeof buildMortalCore>>
    let core: Mortal
    let folder: string
    let [home, away] = ['', '']
    /** How many writes passed since the watch was set, and at which one the core dies. */
    let passed: Omit<Trace, 'step'>[] = []
    let doom: { at: number; when: When } | undefined
    let whileRunning: (() => Promise<void>) | undefined

    const watchmanOf = (where: Trace['where'], nameOf: (call: Passing) => string | undefined) => {
      const numbers = new WeakMap<object, number>()
      return {
        async before(call: Passing): Promise<void> {
          const what = nameOf(call)
          if (what === undefined) return
          numbers.set(call, passed.push({ where, what }))
          await whileRunning?.()
          await dieAt(numbers.get(call), 'before')
        },
        after: (call: Passing) => dieAt(numbers.get(call), 'after'),
      }
    }
    async function dieAt(number: number | undefined, when: When): Promise<void> {
      if (doom?.at !== number || doom?.when !== when) return
      doom = undefined
      await core.kill()
      throw new Error('whoever asked is dead')
    }
    const env = () => ({
      ...stack.env,
      HOME: folder,
      KUBECONFIG: join(folder, 'kubeconfig'),
      TAKT_STORE: join(folder, 'store'),
    })
    const hands = () =>
      handsOn({ takt: () => core.takt, stack, home: () => home, away: () => away })
    const live = async () => {
      let states: SiteState[] = []
      await until(
        async () => {
          states = (await core.takt.sites.watch()) as unknown as SiteState[]
          return [home, away].every((id) =>
            states.some((one) => one.id === id && one.state === 'live'),
          )
        },
        { seconds: 30, why: () => `the sites are not live: ${JSON.stringify(states)}` },
      )
    }
    const newest = async (): Promise<Operation> => {
      const all = (await core.takt.operations.watch()) as unknown as Operation[]
      const found = all
        .filter(({ kind }) => kind === 'burst-move')
        .toSorted((a, b) => Number(b.id.slice(3)) - Number(a.id.slice(3)))[0]
      if (!found) throw new Error('no move is journaled')
      return found
    }

    beforeAll(async () => {
      ;[stack, program] = await Promise.all([startBurstStack({ kueue: false }), buildMortalCore()])
      await stack.addNodeGroup({ name: POOL, instanceType: 'p4d.24xlarge' })
      folder = mkdtempSync(join(tmpdir(), 'takt-crash-'))
      const mara = await stack.onPrem.issue({ user: 'mara', groups: ['system:masters'] })
      const onCluster = (call: Passing) =>
        leavesTrace(call)
          ? `${call.method} ${
              call.path
                .split('?')[0]
                ?.split('/')
                .filter((part) => !/^(api|apis|v1|batch|default|crash-.*|run-.*)$/.test(part))
                .join('/') ?? ''
            }`
          : undefined
      gates = await Promise.all([
        startGate(stack.onPrem, watchmanOf('home', onCluster), mara),
        startGate(stack.cloud, watchmanOf('cloud', onCluster)),
      ])
      stack.aws.proxy.groups.clusters.set(CLUSTER, {
        endpoint: gates[1]?.url ?? '',
        ca: stack.cloud.authority,
      })
      const aws = watchmanOf('aws', ({ path }) => path)
      const calls = new WeakMap<object, Passing>()
      stack.aws.proxy.faults.add({
        action: /update-config|TerminateInstance|^(POST|DELETE) \/clusters/,
        fault: {
          kind: 'meet',
          before: (call) => {
            const passing = { method: 'POST', path: call.action.split('/').at(-1) ?? '' }
            calls.set(call, passing)
            return aws.before(passing)
          },
          after: async (call) => {
            const passing = calls.get(call)
            if (passing) await aws.after(passing)
          },
        },
      })
      writeFileSync(
        join(folder, 'kubeconfig'),
        kubeconfig({
          server: gates[0]?.url ?? '',
          authority: stack.onPrem.authority,
          identity: mara,
          user: 'mara',
        }),
        { mode: 0o600 },
      )
      core = await startMortal(program.script, env())
      ;({ home, away } = await connectBoth(core.takt, stack))
      await live()
    })
    afterAll(async () => {
      await core?.kill()
      await Promise.all(gates.map((gate) => gate.close()))
      await stack?.stop()
      program?.remove()
      if (folder) rmSync(folder, { recursive: true, force: true })
    })

    /** A job of its own namespace, so that the move has a queue's place to make there. */
    async function prepare(name: string) {
      const namespace = `run-${name}`
      await stack.onPrem.applyManifests([
        { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
        job(name, { namespace }),
      ])
      const seen = await watchRuns(stack, name, namespace)
      const plan = await core.takt.burst.planMove({
        ...hands().refOf(name, { namespace }),
        to: hands().to(),
      })
      expect(plan.blockedBy).toEqual([])
      passed = []
      return { name, namespace, seen, plan }
    }
    /** It runs there, once, on the one machine that is rented; brought back, nothing is rented and nothing of it is left. */
    async function movedOnce({
      name,
      namespace,
      seen,
    }: Awaited<ReturnType<typeof prepare>>): Promise<void> {
      await soon(() => runs(stack.cloud, name, namespace), 'the copy does not run')
      expect(hands().machines()).toHaveLength(1)
      const original = await jobAt(stack.onPrem, name, namespace)
      expect([
        original.spec.suspend,
        JSON.parse(original.metadata.annotations?.['takt.dev/moved-to'] ?? '{}'),
      ]).toMatchObject([true, { site: away, name, pool: POOL }])
      await hands().run(await core.takt.burst.planReturn(hands().refOf(name, { namespace })))
      const back = await jobAt(stack.onPrem, name, namespace)
      expect([back.spec.suspend, back.metadata.uid, marksOf(back)]).toEqual([
        true,
        original.metadata.uid,
        [],
      ])
      expect(await isThere(stack.cloud, name, namespace)).toBe(false)
      await hands().nothingRented()
      expect(await seen.end()).toEqual({ most: 1, there: 1, here: 0 })
    }

    const traces: Trace[] = []
    test('a move that nobody disturbs writes in every one of its steps', async () => {
      const prepared = await prepare('whole')
      const known: { id?: string } = {}
      whileRunning = async () => {
        const { where = 'home', what = '' } = passed.at(-1) ?? {}
        await soon(() => Promise.resolve(known.id !== undefined), 'the operation has no name')
        const operation = await core.takt.operations.get({ operationId: known.id ?? '' })
        traces.push({
          where,
          what,
          step: operation.steps.find(({ state }) => state === 'running')?.id ?? '',
        })
      }
      known.id = (await core.takt.operations.start({ planId: prepared.plan.id })).operationId
      await hands().done(known.id)
      whileRunning = undefined
      expect([...new Set(traces.map(({ step }) => step))]).toEqual(
        prepared.plan.steps.map(({ id: step }) => step),
      )
      await movedOnce(prepared)
    })

    test('killed before and after everything that it writes, it ends with one run, one machine, and none after the return', async () => {
      expect(traces.length).toBeGreaterThan(4)
      const points = traces.flatMap(({ where, what, step }, index) =>
        (['before', 'after'] as const).map((when) => ({
          at: index + 1,
          when,
          says: `${when} ${what} on ${where} in ${step}`,
        })),
      )
      for (const [index, { at, when, says }] of points.entries()) {
        const prepared = await prepare(`crash-${String(index)}`)
        doom = { at, when }
        // Whoever pressed Go may never hear of it.
        void core.takt.operations.start({ planId: prepared.plan.id }).catch(() => undefined)
        await core.dead
        expect(passed.length, says).toBe(at)
        core = await startMortal(program.script, env())
        // Nothing is opened by itself: the move waits for the person, who comes back to both sites.
        for (const site of [home, away]) await core.takt.sites.connect({ site })
        await live()
        const { id } = await newest()
        await hands()
          .done(id)
          .catch((error: unknown) => {
            throw new Error(`killed ${says}`, { cause: error })
          })
        await movedOnce(prepared).catch((error: unknown) => {
          throw new Error(`killed ${says}`, { cause: error })
        })
      }
    })
  },
)
