import { connect, createServer, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startChaos, type Chaos } from './chaos'

let chaos: Chaos
let heard: string
const ends: (() => void)[] = []
beforeEach(async () => {
  heard = ''
  const echo = createServer((socket) =>
    socket
      .on('error', () => undefined)
      .on('data', (piece) => {
        heard += piece.toString()
        socket.write(piece)
      }),
  )
  await new Promise<void>((ready) => echo.listen(0, '127.0.0.1', ready))
  chaos = await startChaos(`https://127.0.0.1:${(echo.address() as AddressInfo).port}`)
  ends.push(() => echo.close())
})
afterEach(async () => {
  for (const end of ends.splice(0)) end()
  await chaos.close()
})
async function dial(): Promise<{ socket: Socket; answers: () => string }> {
  const socket = connect(chaos.port, '127.0.0.1')
  let answers = ''
  socket
    .on('data', (piece) => {
      answers += piece.toString()
    })
    .on('error', () => undefined)
  ends.push(() => socket.destroy())
  await new Promise((ready) => socket.once('connect', ready))
  return { socket, answers: () => answers }
}

test('what is late keeps its order', async () => {
  const { socket, answers } = await dial()
  chaos.delay(20)
  const began = performance.now()
  for (const piece of ['a', 'b', 'c']) {
    socket.write(piece)
    await new Promise((next) => setImmediate(next))
  }
  await expect.poll(answers).toBe('abc')
  expect(performance.now() - began).toBeGreaterThanOrEqual(38)
})

test('in a black hole nothing arrives and nobody is told; what comes after it passes', async () => {
  const { socket, answers } = await dial()
  chaos.blackhole(true)
  socket.write('lost')
  const { socket: second, answers: late } = await dial()
  second.write('lost too')
  await new Promise((later) => setTimeout(later, 50))
  expect([heard, socket.destroyed, second.destroyed]).toEqual(['', false, false])
  chaos.blackhole(false)
  second.write('found')
  await expect.poll(late).toBe('found')
  expect(answers()).toBe('')
})

test('connections that went silent stay so, and new ones work', async () => {
  const { socket, answers } = await dial()
  socket.write('1')
  await expect.poll(answers).toBe('1')
  chaos.silence()
  socket.write('2')
  const { socket: fresh, answers: news } = await dial()
  fresh.write('3')
  await expect.poll(news).toBe('3')
  expect(answers()).toBe('1')
})

test('what is cut is told at once, and what is refused finds nobody', async () => {
  const { socket } = await dial()
  socket.write('x')
  await expect.poll(() => heard).toBe('x')
  const gone = new Promise((ended) => socket.once('close', ended))
  chaos.cut()
  await gone
  await chaos.refuse(true)
  const refused = await new Promise<string>((done) =>
    connect(chaos.port, '127.0.0.1').once('error', (error: NodeJS.ErrnoException) =>
      done(error.code ?? ''),
    ),
  )
  expect(refused).toBe('ECONNREFUSED')
  await chaos.refuse(false)
  const { socket: again, answers } = await dial()
  again.write('y')
  await expect.poll(answers).toBe('y')
})
