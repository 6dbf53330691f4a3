import { describe, expect, test } from 'vitest'
import { failure } from '../../../../preload/contract/failures'
import { FakeKube } from '../../../../test/support/fakes/kube'
import { fail, succeed } from '../../../kernel/outcome'
import { seeded } from '../../../kernel/random'
import { systemClock } from '../../../platform/clock/system'
import { silentLog } from '../../../platform/log'
import type { KubeClient, KubeObject } from '../../../platform/kubernetes/types'
import type { Store, StoredOperation } from '../../../platform/store'
import { makeOperations, type MadePlan } from '../../operations'
import { MARK } from '../live/workload'
import type { CloudPorts } from '../ports'
import type { MoveInput } from './input'
import { moveKind } from './steps'

// Two clusters, a cloud and a journal that outlive the core; the core is cut off from all of them at a chosen point, as a kill would.
class World {
  readonly home = new FakeKube({ site: 'oslo' })
  readonly there = new FakeKube({ site: 'aws' })
  readonly claims = new Set<string>()
  readonly shipped = new Set<string>()
  readonly operations = new Map<string, Omit<StoredOperation, 'journal'>>()
  capacity = true
  violations: string[] = []
  constructor() {
    for (const kube of [this.home, this.there])
      for (const plural of ['workloads', 'localqueues', 'trainjobs', 'pytorchjobs', 'workflows'])
        kube.absent.add(plural)
    for (const kube of [this.home, this.there])
      kube.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'vision' } })
    this.home.put(job({ name: 'train', labels: { 'kueue.x-k8s.io/queue-name': 'q' } }))
  }
  original() {
    return this.home.one('Job', 'train')
  }
  copy() {
    return this.there.one('Job', 'train')
  }
  /** Plays the Job controllers, and looks whether both would run. */
  settle() {
    for (const kube of [this.home, this.there])
      for (const one of kube.all('Job')) {
        const active = isSuspended(one) ? 0 : 1
        if ((one['status'] as { active?: number } | undefined)?.active !== active)
          kube.put({
            ...one,
            status: { active, ...(active && { startTime: '2026-11-23T10:00:00Z' }) },
          })
      }
    const running = [this.original(), this.copy()].filter((one) => one && !isSuspended(one))
    if (running.length > 1) this.violations.push('both run')
  }
}
const isSuspended = (object: KubeObject | undefined) =>
  (object?.['spec'] as { suspend?: boolean } | undefined)?.suspend === true
const job = (metadata: object): KubeObject => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { namespace: 'vision', annotations: {}, ...metadata } as KubeObject['metadata'],
  spec: {
    suspend: true,
    template: {
      spec: { containers: [{ name: 'c', resources: { limits: { 'nvidia.com/gpu': '8' } } }] },
    },
  },
})

const WRITES = new Set(['create', 'apply', 'replace', 'mergePatch', 'remove'])
const NEVER = new Promise<never>(() => undefined)

/** One life of a core: dead after so many points, a point before and one after everything that leaves a trace. */
class Life {
  passed = 0
  constructor(
    readonly world: World,
    readonly diesAt: number,
  ) {}
  get dead() {
    return this.diesAt > 0 && this.passed >= this.diesAt
  }
  point() {
    this.passed += 1
  }
  client(kube: FakeKube): KubeClient {
    return new Proxy(kube as unknown as KubeClient, {
      get: (target, name: keyof KubeClient) => {
        const value = target[name]
        if (typeof value !== 'function') return value
        return async (...args: unknown[]) => {
          if (this.dead) return NEVER
          const writes = WRITES.has(name)
          if (writes) this.point()
          if (this.dead) return NEVER
          const answer = await (value as (...all: unknown[]) => Promise<unknown>).apply(
            target,
            args,
          )
          this.world.settle()
          if (writes) this.point()
          return this.dead ? NEVER : answer
        }
      },
    })
  }
  journal(): Store['operations'] {
    const { operations } = this.world
    return {
      load: () => [...operations.values()].map((one) => ({ ...structuredClone(one), journal: [] })),
      note: () => succeed(undefined),
      forget: () => succeed(undefined),
      save: ({ id, number, value }) => {
        if (!this.dead) this.point()
        if (this.dead) return fail(failure('STORE_FULL', { file: 'dead' }))
        operations.set(id, { id, number, value: structuredClone(value) })
        this.point()
        return succeed(undefined)
      },
    }
  }
  async #act<T>(act: () => T): Promise<T> {
    this.point()
    if (this.dead) return NEVER
    const answer = act()
    this.point()
    return this.dead ? NEVER : answer
  }
  cloud(): Pick<CloudPorts, 'ensureNodes' | 'releaseNodes' | 'ship'> {
    const { world } = this
    return {
      ensureNodes: ({ claim, pool, site }) =>
        this.#act(() => {
          if (!world.capacity)
            return fail(
              failure('CLOUD_CAPACITY_SHORT', {
                site,
                nodeGroup: pool,
                says: 'none left',
                instead: [],
              }),
            )
          world.claims.add(claim)
          return succeed({ pool })
        }),
      releaseNodes: ({ claim }) =>
        this.#act(() => {
          world.claims.delete(claim)
          return succeed(undefined)
        }),
      ship: ({ uri }) =>
        this.#act(() => {
          world.shipped.add(uri)
          return succeed({ uri: 's3://b/d' })
        }),
    }
  }
  core() {
    const cloud = this.cloud() as CloudPorts
    const clients: Record<string, KubeClient> = {
      oslo: this.client(this.world.home),
      aws: this.client(this.world.there),
    }
    const service = makeOperations({
      journal: this.journal(),
      clock: systemClock,
      clockOf: () => systemClock,
      client: (site) => succeed(clients[site] as KubeClient),
      log: silentLog,
      random: seeded(1),
      onSites: () => () => undefined,
    })
    service.register(
      moveKind({ clock: systemClock, cloud, note: () => undefined, moved: () => undefined }),
    )
    return service
  }
}

const inputFor = (world: World): MoveInput => ({
  site: 'oslo',
  to: 'aws',
  kind: 'Job',
  namespace: 'vision',
  name: 'train',
  uid: world.original()?.metadata.uid ?? '',
  run: 'abc123',
  by: 'mia',
  at: '2026-11-23T10:00:00Z',
  copy: {
    site: 'aws',
    name: 'train',
    object: job({
      name: 'train',
      annotations: {
        [MARK.movedFrom]: JSON.stringify({
          site: 'oslo',
          uid: world.original()?.metadata.uid,
          run: 'abc123',
        }),
      },
    }) as Record<string, unknown>,
  },
  queue: { from: 'q', to: 'q-burst' },
  data: { from: 'lakefs://d/main', to: 's3://b/d' },
  pools: [
    { name: 'p4d-a', nodes: 1, usd: 50 },
    { name: 'p4d-b', nodes: 1, usd: 51 },
  ],
  usd: 50,
  wasRunning: false,
  multikueue: false,
  kueueThere: false,
  predicted: {},
  mode: 'advise',
  bootMs: 0,
})
function begin(life: Life) {
  const core = life.core()
  const kind = moveKind({
    clock: systemClock,
    cloud: life.cloud() as CloudPorts,
    note: () => undefined,
    moved: () => undefined,
  })
  const made: MadePlan<MoveInput> = {
    kind,
    input: inputFor(life.world),
    again: () => Promise.resolve(succeed(made)),
    plan: {
      kind: kind.kind,
      title: 'Move',
      verb: 'Go',
      site: 'oslo',
      subject: { kind: 'Job', name: 'train' },
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
  return { core, started: core.start({ planId: core.offer(made).id }) }
}
/** Waits until a core rests, or is dead. */
async function rest(life: Life, core: ReturnType<Life['core']>) {
  const settled = core.settled()
  while (!life.dead) {
    const over = await Promise.race([
      settled.then(() => true),
      new Promise<false>((later) => setImmediate(() => later(false))),
    ])
    if (over) return
  }
}
async function resumed(world: World): Promise<string | undefined> {
  const life = new Life(world, 0)
  const core = life.core()
  core.resume()
  await core.settled()
  return core.list()[0]?.state
}

const moved = (world: World) => {
  expect(world.violations).toEqual([])
  expect(isSuspended(world.original())).toBe(true)
  expect(JSON.parse(world.original()?.metadata.annotations?.[MARK.movedTo] ?? '{}')).toMatchObject({
    site: 'aws',
    name: 'train',
    usd: 50,
  })
  expect(isSuspended(world.copy())).toBe(false)
  expect([...world.claims]).toEqual(['move-abc123'])
}
const atHome = (world: World) => {
  expect(world.violations).toEqual([])
  const marks = Object.keys(world.original()?.metadata.annotations ?? {})
  expect(marks.filter((mark) => mark === MARK.movedTo || mark === MARK.held)).toEqual([])
  expect(world.copy()).toBeUndefined()
  expect([...world.claims]).toEqual([])
}

function letGo(world: World) {
  const original = world.original()
  if (original) world.home.put({ ...original, metadata: { ...original.metadata, annotations: {} } })
}
function madeAnew(world: World) {
  world.home.drop('Job', 'train')
  world.home.put(job({ name: 'train' }))
}

describe('a core that is killed at any point of a move', () => {
  test('goes on to exactly one run, on the other side', async () => {
    const whole = new Life(new World(), 0)
    const { core } = begin(whole)
    await new Promise((later) => setTimeout(later, 20))
    await rest(whole, core)
    expect(core.list()[0]?.state).toBe('done')
    moved(whole.world)
    expect(whole.passed).toBeGreaterThan(40)
    for (let point = 1; point <= whole.passed; point += 1) {
      const world = new World()
      const life = new Life(world, point)
      const { core: killed, started } = begin(life)
      void started.catch(() => undefined)
      await Promise.race([started, new Promise((later) => setTimeout(later, 5))])
      await rest(life, killed)
      const state = await resumed(world)
      if (state === undefined)
        expect(
          isSuspended(world.original()) && world.copy() === undefined,
          `killed at ${String(point)}, before it was journaled`,
        ).toBe(true)
      else {
        expect(state, `killed at ${String(point)}`).toBe('done')
        moved(world)
      }
    }
  }, 60_000)

  test.each<[what: string, meanwhile: (world: World) => void]>([
    ['somebody let it go', letGo],
    ['it was deleted', (world) => world.home.drop('Job', 'train')],
    ['it was deleted and made anew', madeAnew],
  ])(
    'goes no further where meanwhile %s, and leaves nothing over there',
    async (_what, meanwhile) => {
      let overtaken = 0
      const whole = new Life(new World(), 0)
      const first = begin(whole)
      await first.started
      await rest(whole, first.core)
      for (let point = 1; point <= whole.passed; point += 1) {
        const world = new World()
        const life = new Life(world, point)
        const { core: killed, started } = begin(life)
        void started.catch(() => undefined)
        await Promise.race([started, new Promise((later) => setTimeout(later, 5))])
        await rest(life, killed)
        meanwhile(world)
        const state = await resumed(world)
        expect(world.violations).toEqual([])
        // What was never held is held by it now; what had come to its end has.
        if (state !== 'overtaken') continue
        overtaken += 1
        expect(world.copy(), `killed at ${String(point)}`).toBeUndefined()
        expect([...world.claims], `killed at ${String(point)}`).toEqual([])
        expect(Object.keys(world.original()?.metadata.annotations ?? {})).toEqual([])
      }
      expect(overtaken).toBeGreaterThan(whole.passed / 3)
    },
    60_000,
  )
  test.each([
    ['undo of a finished move', true],
    ['the way back where no zone has machines', false],
  ])(
    '%s ends with the original in its place and nothing rented',
    async (_what, capacity) => {
      const prepare = async () => {
        const world = new World()
        world.capacity = capacity
        const first = new Life(world, 0)
        const { core, started } = begin(first)
        await started
        await rest(first, core)
        expect(core.list()[0]?.state).toBe(capacity ? 'done' : 'failed')
        return world
      }
      const turn = (core: ReturnType<Life['core']>) =>
        capacity ? core.undo('op-1') : core.cancel('op-1')
      const world = await prepare()
      const whole = new Life(world, 0)
      const core = whole.core()
      turn(core)
      await rest(whole, core)
      expect(core.list()[0]?.state).toBe(capacity ? 'undone' : 'cancelled')
      atHome(world)
      for (let point = 1; point <= whole.passed; point += 1) {
        const again = await prepare()
        const life = new Life(again, point)
        const killed = life.core()
        turn(killed)
        await rest(life, killed)
        // Killed before the wish was on disk, it was never asked for.
        if ((await resumed(again)) === (capacity ? 'done' : 'failed')) expect(point).toBe(1)
        else atHome(again)
      }
    },
    60_000,
  )

  test('a copy that ran to its end is not taken back', async () => {
    const world = new World()
    const life = new Life(world, 0)
    const { core, started } = begin(life)
    await started
    await rest(life, core)
    world.there.put({
      ...(world.copy() as KubeObject),
      status: {
        conditions: [
          { type: 'Complete', status: 'True', lastTransitionTime: '2026-11-23T12:00:00Z' },
        ],
      },
    })
    core.undo('op-1')
    await rest(life, core)
    expect(core.list()[0]).toMatchObject({
      state: 'failed',
      failure: { code: 'OPERATION_NOT_POSSIBLE' },
    })
    expect(isSuspended(world.original())).toBe(true)
  })
})
