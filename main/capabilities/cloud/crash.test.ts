import { afterEach, expect, test } from 'vitest'
import { aCloud, objectStoresOf, pump } from '../../../test/support/cloud'
import { aPlantWithAws } from '../../../test/support/plant-aws'
import type { AwsClients } from '../../platform/aws'
import type { Store } from '../../platform/store'
import { makeShipping } from '../shipping'

type World = Awaited<ReturnType<typeof aCloud>>
/** A core that dies at the n-th time its journal is written: from then on nothing of it reaches the disk, and its steps hang. */
function dyingAt(point: number) {
  const seen = { writes: 0, dead: false }
  const journal = (store: Store): Store['operations'] => ({
    ...store.operations,
    save(operation) {
      if (++seen.writes >= point) seen.dead = true
      return seen.dead
        ? { ok: false, failure: { code: 'STORE_FULL', data: { file: 'dead' } } }
        : store.operations.save(operation)
    },
  })
  return { seen, journal }
}
const planned = async <T>(
  asking: Promise<{ ok: true; value: T } | { ok: false; failure: unknown }>,
) => {
  const made = await asking
  if (!made.ok) throw new Error(JSON.stringify(made.failure))
  return made.value
}
const template = {
  name: 'small',
  provisioner: 'node-group' as const,
  instanceTypes: ['g5.xlarge'],
  capacityType: 'on-demand' as const,
  zones: [],
  maxNodes: 3,
  diskGi: 100,
  labels: {},
  taints: [],
}
const worlds: World[] = []
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close()
})

/** Runs an operation on a core that dies at a point, begins another core on the same store, and lives until all is over. */
async function killedAt(
  point: number,
  doing: (world: World) => Promise<{ id: string }>,
  before?: (world: World) => Promise<void>,
  meanwhile?: (world: World) => void,
) {
  const plant = await aPlantWithAws()
  const first = await aCloud({ plant })
  await before?.(first)
  first.crash()
  const { seen, journal } = dyingAt(point)
  const dying = await aCloud({ plant, folder: first.folder, journal })
  const plan = await doing(dying)
  const started = await dying.operations.start({ planId: plan.id })
  const id = started.ok ? started.value.operationId : ''
  const over = () => {
    const found = dying.operations.get(id)
    return !found.ok || !['running', 'cancelling', 'undoing'].includes(found.value.state)
  }
  await pump(plant.clock, () => seen.dead || over())
  dying.crash()
  meanwhile?.(dying)
  const after = await aCloud({ plant, folder: first.folder })
  worlds.push(after)
  after.operations.resume()
  const state = () => after.operations.list().find((operation) => operation.id === id)?.state
  await pump(
    plant.clock,
    () => state() === undefined || !['running', 'cancelling', 'undoing'].includes(state() ?? ''),
  )
  return { after, state: state(), died: seen.dead, writes: seen.writes }
}

test('killed at every write of its journal, a new pool is made once or not at all', async () => {
  const whole = await killedAt(1000, (world) =>
    planned(world.cloud.planCreatePool({ site: 'aws-burst', template })),
  )
  expect(whole.state).toBe('done')
  for (let point = 1; point <= whole.writes; point++) {
    const { after, state } = await killedAt(point, (world) =>
      planned(world.cloud.planCreatePool({ site: 'aws-burst', template })),
    )
    const made = after.aws.account.groups.all().filter(({ name }) => name === 'small')
    if (state === undefined) expect(made, `before it was journaled, point ${point}`).toEqual([])
    else expect([state, made.length], `point ${point}`).toEqual(['done', 1])
  }
}, 120_000)

test('killed at every write of its journal, scaling ends with exactly the machines asked for, and nothing unaccounted', async () => {
  const makePool = async (world: World) => {
    await world.run((await planned(world.cloud.planCreatePool({ site: 'aws-burst', template }))).id)
  }
  const scale = (world: World) =>
    planned(world.cloud.planScale({ site: 'aws-burst', nodeGroup: 'small', desired: 2 }))
  const whole = await killedAt(1000, scale, makePool)
  expect([whole.state, whole.after.nodesOf('small').length]).toEqual(['done', 2])
  for (let point = 1; point <= whole.writes; point++) {
    const { after, state } = await killedAt(point, scale, makePool)
    const group = after.aws.account.groups.machines('small')
    if (state === undefined)
      expect(group.desired(), `before it was journaled, point ${point}`).toBe(0)
    else
      expect([state, group.desired(), after.nodesOf('small').length], `point ${point}`).toEqual([
        'done',
        2,
        2,
      ])
    const { orphans } = await after.cloud.orphans()
    expect(orphans.filter(({ kind }) => kind === 'instance').map(({ name }) => name)).toEqual([
      'jupyter-try-out (g5.xlarge)',
    ])
  }
}, 240_000)

test('killed before it has asked, scaling ends as overtaken where somebody has scaled the group or taken its mark', async () => {
  const makePool = async (world: World) => {
    await world.run((await planned(world.cloud.planCreatePool({ site: 'aws-burst', template }))).id)
  }
  const scale = (world: World) =>
    planned(world.cloud.planScale({ site: 'aws-burst', nodeGroup: 'small', desired: 2 }))
  const scaled = await killedAt(2, scale, makePool, (world) =>
    world.aws.account.groups.machines('small').setDesired(3),
  )
  expect(scaled.state).toBe('overtaken')
  expect(scaled.after.aws.account.groups.machines('small').desired()).toBe(3)
  expect(scaled.after.operations.list()[0]).toMatchObject({
    overtakenBy: 'small was scaled to 3 machines meanwhile.',
  })
  const unmarked = await killedAt(2, scale, makePool, (world) => {
    const [group] = world.aws.account.groups.all().filter(({ name }) => name === 'small')
    if (group) for (const key of Object.keys(group.tags)) delete group.tags[key]
  })
  expect(unmarked.state).toBe('overtaken')
  expect(unmarked.after.aws.account.groups.machines('small').desired()).toBe(0)
}, 60_000)

/** A core that is cut off from AWS at its n-th change there: just before it is sent, or just after AWS did it. */
function cutAt(point: number, when: 'before' | 'after') {
  const seen = { changes: 0, dead: false }
  const forever = () => {
    seen.dead = true
    return new Promise<never>(() => undefined)
  }
  const wrap = (clients: AwsClients): AwsClients =>
    new Proxy(clients, {
      get: (all, name: keyof AwsClients) => async () => {
        const client = (await all[name]()) as {
          send(command: { constructor: { name: string } }, ...rest: unknown[]): Promise<unknown>
        }
        return {
          send: async (command: { constructor: { name: string } }, ...rest: unknown[]) => {
            if (seen.dead) return forever()
            const counts =
              /^(Create|Update|Delete|Terminate)/.test(command.constructor.name) &&
              ++seen.changes === point
            if (counts && when === 'before') return forever()
            const answer = await client.send(command, ...rest)
            return counts ? forever() : answer
          },
        }
      },
    }) as AwsClients
  return { seen, wrap }
}

test.each(['before', 'after'] as const)(
  'cut off %s each change it asks of AWS, making a pool, filling and emptying it ends as if nothing had happened',
  async (when) => {
    for (let point = 1; point <= 3; point++) {
      const plant = await aPlantWithAws()
      const { seen, wrap } = cutAt(point, when)
      let world = await aCloud({ plant, wrap })
      const steps: ((on: World) => Promise<{ id: string }>)[] = [
        (on) => planned(on.cloud.planCreatePool({ site: 'aws-burst', template })),
        (on) => planned(on.cloud.planScale({ site: 'aws-burst', nodeGroup: 'small', desired: 1 })),
        (on) => planned(on.cloud.planScale({ site: 'aws-burst', nodeGroup: 'small', desired: 0 })),
      ]
      for (const step of steps) {
        const started = await world.operations.start({ planId: (await step(world)).id })
        const id = started.ok ? started.value.operationId : ''
        const over = (on: World) => {
          const found = on.operations.get(id)
          return found.ok && found.value.state !== 'running'
        }
        await pump(plant.clock, () => over(world) || seen.dead)
        if (seen.dead && !over(world)) {
          world.crash()
          world = await aCloud({ plant, folder: world.folder })
          world.operations.resume()
          await pump(plant.clock, () => over(world))
        }
        const ended = world.operations.get(id)
        expect(ended.ok && ended.value.state, `${when} change ${String(point)}`).toBe('done')
      }
      await world.pass(120)
      worlds.push(world)
      expect(seen.dead).toBe(true)
      expect(
        plant.aws.account.groups
          .all()
          .map(({ name }) => name)
          .sort(),
      ).toEqual(['p4d', 'small'])
      expect([
        plant.aws.account.groups.machines('small').desired(),
        world.nodesOf('small').length,
      ]).toEqual([0, 0])
    }
  },
  120_000,
)

test('a claim that is made again by a restarted core asks for no second machine, and giving it up ends the billing', async () => {
  const plant = await aPlantWithAws()
  const first = await aCloud({ plant })
  const stop = new AbortController()
  const ask = { site: 'aws-burst', pool: 'g5-xlarge-b', nodes: 1, claim: 'move-7' }
  let asked = false
  const cut = first.cloud.market
    .ensureNodes(ask, {
      signal: stop.signal,
      progress: (says) => {
        if (/machines of/.test(says)) asked = true
      },
    })
    .catch(() => undefined)
  await pump(plant.clock, () => asked)
  stop.abort(new Error('killed'))
  await cut
  first.crash()
  const after = await aCloud({ plant, folder: first.folder })
  worlds.push(after)
  const telling = { signal: new AbortController().signal, progress: () => undefined }
  expect(await after.live(after.cloud.market.ensureNodes(ask, telling))).toEqual({
    ok: true,
    value: { pool: 'g5-xlarge-b' },
  })
  expect(after.nodesOf('g5-xlarge-b')).toHaveLength(1)
  expect(await after.live(after.cloud.market.releaseNodes(ask, telling))).toMatchObject({
    ok: true,
  })
  await after.pass(120)
  expect(after.nodesOf('g5-xlarge-b')).toHaveLength(0)
  expect(after.aws.account.groups.machines('g5-xlarge-b').desired()).toBe(0)
}, 60_000)

test('a shipment that is begun again by a restarted core finds its Job and sends nothing twice', async () => {
  const plant = await aPlantWithAws()
  const first = await aCloud({ plant })
  const records = {
    find: () => undefined,
    known: () => ({ items: [], asOf: 0, live: true }),
  } as never
  const carrying = (world: World) =>
    makeShipping({
      ...world.ports,
      sites: world.sites,
      records,
      objects: objectStoresOf(plant.plant, plant.clock),
    })
  const ask = {
    uri: 's3://parcels/main/',
    from: 'oslo',
    to: 'aws-burst',
    namespace: 'call-intent',
    claim: 'move-9',
  }
  let share = 0
  void carrying(first)
    .ship(ask, {
      signal: new AbortController().signal,
      progress: (_says, part = 0) => {
        share = part
      },
    })
    .catch(() => undefined)
  await pump(plant.clock, () => share > 0.4)
  first.crash()
  const objects = () =>
    Object.entries(plant.aws.account.state.buckets['acme-takt-burst']?.objects ?? {}).filter(
      ([key]) => key.startsWith('data/'),
    )
  const before = new Map(objects().map(([key, { modifiedAt }]) => [key, modifiedAt]))
  expect(before.size).toBeGreaterThan(20)
  const after = await aCloud({ plant, folder: first.folder })
  worlds.push(after)
  expect(
    await after.live(
      carrying(after).ship(ask, {
        signal: new AbortController().signal,
        progress: () => undefined,
      }),
    ),
  ).toMatchObject({ ok: true })
  expect(objects()).toHaveLength(128)
  expect(
    [...before].filter(
      ([key, at]) =>
        plant.aws.account.state.buckets['acme-takt-burst']?.objects[key]?.modifiedAt !== at,
    ),
  ).toEqual([])
}, 60_000)
