import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { HandClock } from '../../../../test/support/clock'
import { seeded } from '../../../kernel/random'
import { createPlantApi, type Listening, type SimulatedApi } from '../index'

let machineClock: HandClock
let api: SimulatedApi
let listening: Listening
let faults: unknown[]
const uncaught = (error: unknown) => faults.push(error)
beforeEach(async () => {
  faults = []
  // What a server writes after its end is said by its stream alone, to nobody in particular.
  process.on('uncaughtException', uncaught)
  machineClock = new HandClock()
  api = createPlantApi({
    clock: new HandClock(),
    random: seeded(1),
    machineClock,
    bookmarkMs: 1000,
    onError: (error) => faults.push(error),
  })
  listening = await api.listen({
    people: [{ token: 'secret', user: 'ada', groups: ['system:masters'] }],
  })
})
afterEach(async () => {
  process.off('uncaughtException', uncaught)
  await listening.close()
})
async function watching(query: string) {
  const asked = request({
    port: listening.port,
    host: '127.0.0.1',
    path: `/api/v1/configmaps?watch=true&${query}`,
    headers: { authorization: 'Bearer secret' },
  })
  asked.on('error', () => undefined)
  asked.end()
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  const world = { text: '', ended: false }
  answer.on('data', (piece: Buffer) => {
    world.text += piece.toString()
  })
  answer.on('end', () => {
    world.ended = true
  })
  answer.on('error', () => undefined)
  return { asked, world, bookmarks: () => world.text.split('"BOOKMARK"').length - 1 }
}
const make = (name: string) =>
  api.create({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'default' },
  })

test('a watch whose time is over writes nothing more, and leaves neither timer nor listener', async () => {
  const { world, bookmarks } = await watching('allowWatchBookmarks=true&timeoutSeconds=3')
  await machineClock.advance(2500)
  await expect.poll(bookmarks).toBe(2)
  await machineClock.advance(500)
  await expect.poll(() => world.ended).toBe(true)
  expect(machineClock.sleepers).toBe(0)
  const said = world.text
  make('after-the-end')
  await machineClock.advance(3_600_000)
  expect(world.text).toBe(said)
  expect(faults).toEqual([])
})

test('a watch whose caller has left leaves no timer, and what happens then is told to nobody', async () => {
  const { asked, bookmarks } = await watching('allowWatchBookmarks=true')
  await machineClock.advance(1000)
  await expect.poll(bookmarks).toBe(1)
  asked.destroy()
  await expect.poll(() => machineClock.sleepers).toBe(0)
  make('after-the-caller')
  await machineClock.advance(3_600_000)
  expect(machineClock.sleepers).toBe(0)
  expect(faults).toEqual([])
})

test('a watch of a version that is forgotten says so, ends and waits for nothing', async () => {
  const { world } = await watching('resourceVersion=1&allowWatchBookmarks=true')
  await expect.poll(() => world.ended).toBe(true)
  expect(world.text).toContain('"reason":"Expired"')
  const said = world.text
  make('after-the-end')
  await machineClock.advance(3_600_000)
  expect([world.text, machineClock.sleepers, faults]).toEqual([said, 0, []])
})
