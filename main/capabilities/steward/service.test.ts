import { expect, test } from 'vitest'
import { succeed } from '../../kernel/outcome'
import { silentLog } from '../../platform/log'
import { FakeKube } from '../../../test/support/fakes/kube'
import { HandClock } from '../../../test/support/clock'
import { makeSteward, type Acting } from './service'

const signal = new AbortController().signal
/** Cores that stand for the Lease of one cluster, and what each of them did. */
function aHouse(names: string[]) {
  const clock = new HandClock()
  const kube = new FakeKube({ clock })
  const acts: string[] = []
  const house = {
    clock,
    kube,
    acts,
    stopped: undefined as string | undefined,
    wants: new Set(names),
    during: (_acting: Acting) => Promise.resolve(),
  }
  const cores = names.map((identity) => ({
    identity,
    steward: makeSteward({
      home: () => succeed(kube),
      clock,
      log: silentLog,
      identity,
      wants: () => Promise.resolve(house.wants.has(identity)),
      stopped: () =>
        house.stopped === undefined ? undefined : { pulled: true, says: house.stopped },
      tasks: ['first', 'second'].map((name) => ({
        name,
        run: async (acting: Acting) => {
          if (acting.mayAct()) acts.push(`${identity} ${name}`)
          await house.during(acting)
        },
      })),
    }),
  }))
  const round = async () => {
    for (const { steward } of cores) await steward.round(signal)
  }
  return Object.assign(house, {
    round,
    core: (identity: string) => {
      const found = cores.find((core) => core.identity === identity)
      if (!found) throw new Error(`no core ${identity}`)
      return found.steward
    },
    stateOf: (identity: string) =>
      cores.find((core) => core.identity === identity)?.steward.state(),
  })
}

test('of two cores one acts, the other says who does', async () => {
  const house = aHouse(['one', 'two'])
  for (let count = 0; count < 3; count += 1) {
    await house.round()
    await house.clock.advance(3000)
  }
  expect(new Set(house.acts)).toEqual(new Set(['one first', 'one second']))
  expect([house.stateOf('one')?.state, house.stateOf('two')]).toEqual([
    'here',
    expect.objectContaining({ state: 'elsewhere', holder: 'one', says: 'one acts.' }),
  ])
})
test('the kill switch stops both at once, between two acts too, and whoever holds the Lease goes on when it is lifted', async () => {
  const house = aHouse(['one', 'two'])
  house.during = () => {
    house.stopped = 'an audit'
    return Promise.resolve()
  }
  await house.round()
  expect(house.acts, 'pulled during the first task, it keeps the second from acting').toEqual([
    'one first',
  ])
  house.during = () => Promise.resolve()
  for (let count = 0; count < 10; count += 1) {
    await house.round()
    await house.clock.advance(3000)
  }
  expect(house.acts).toEqual(['one first'])
  expect([house.stateOf('one')?.says, house.stateOf('two')?.says]).toEqual([
    'Stopped: an audit',
    'Stopped: an audit',
  ])
  house.stopped = undefined
  await house.round()
  expect(house.acts).toEqual(['one first', 'one first', 'one second'])
})
test('who no longer stands for it gives it up, and the other acts in the same round', async () => {
  const house = aHouse(['one', 'two'])
  await house.round()
  house.wants.delete('one')
  house.acts.length = 0
  await house.round()
  expect(house.acts).toEqual(['two first', 'two second'])
})
test('a task that outlasts the Lease ends the round: nobody acts on a Lease that has run out', async () => {
  const house = aHouse(['one', 'two'])
  house.during = async (acting) => {
    await house.clock.advance(11_000)
    house.acts.push(`may ${String(acting.mayAct())}`)
  }
  await house.round()
  expect(house.acts.slice(0, 2)).toEqual(['one first', 'may false'])
})

test('who was killed holds the Lease in its old name: its successor waits for it and then goes on', async () => {
  const house = aHouse(['old', 'new'])
  await house.core('old').round(signal)
  const successor = house.core('new')
  let stands: string | undefined
  void successor.standing(signal).then((told) => {
    stands = told
  })
  for (let count = 0; count < 8; count += 1) {
    await successor.round(signal)
    await house.clock.advance(3000)
  }
  expect(stands).toBe('here')
})
test('a Lease that another keeps alive is theirs, and who does not stand for it is nobody', async () => {
  const house = aHouse(['one', 'two'])
  let stands: string | undefined
  void house
    .core('two')
    .standing(signal)
    .then((told) => {
      stands = told
    })
  for (let count = 0; count < 8; count += 1) {
    await house.round()
    await house.clock.advance(3000)
  }
  expect(stands, 'nobody is given up before a dead one would have been').toBeUndefined()
  for (let count = 0; count < 4; count += 1) {
    await house.round()
    await house.clock.advance(3000)
  }
  expect(stands).toBe('elsewhere')
  house.wants.delete('two')
  await house.round()
  expect(await house.core('two').standing(signal)).toBe('nobody')
})
