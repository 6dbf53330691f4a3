import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { HandClock } from '../../../test/support/clock'
import { Sessions } from '../../capabilities/sessions'
import { keeperOfParent, SessionMemory } from './keeper'

/** Both ends of the channel between a process and the one that started it, with messages copied as they are between processes. */
function channel() {
  const [host, parent] = [new EventEmitter(), new EventEmitter()]
  const copy = (message: unknown) => JSON.parse(JSON.stringify(message)) as unknown
  const inHost = Object.assign(host, {
    connected: true,
    send: (message: unknown) => parent.emit('message', copy(message)),
  })
  const inParent = Object.assign(parent, {
    send: (message: unknown) => host.emit('message', copy(message)),
  })
  return { inHost: inHost as never, inParent: inParent as never, end: inHost }
}
const never = new AbortController().signal
async function hostOf(memory: SessionMemory) {
  const { inHost, inParent } = channel()
  memory.serve(inParent)
  const keeper = await keeperOfParent(inHost, never)
  const sessions = new Sessions({ clock: new HandClock(), ...(keeper && { keeper }) })
  sessions.bind(4321)
  return sessions
}

test('a host that is started again by the same parent knows its sessions', async () => {
  const memory = new SessionMemory()
  const before = await hostOf(memory)
  const signIn = await before.signIn(before.issueToken(), 'Firefox 145')
  if (!signIn.ok) throw new Error(signIn.why)
  const after = await hostOf(memory)
  expect(after.idOf(signIn.session)).toBe(signIn.id)
  expect((await hostOf(new SessionMemory())).idOf(signIn.session)).toBeUndefined()
})
test('a parent that does not answer, or none, is no memory and holds nobody up', async () => {
  const { inHost } = channel()
  expect(await keeperOfParent(inHost, AbortSignal.abort())).toBeUndefined()
  expect(await keeperOfParent({ on: () => undefined } as never, never)).toBeUndefined()
})
test('a sign-in does not wait for a parent that has gone', async () => {
  const { inHost, inParent, end } = channel()
  new SessionMemory().serve(inParent)
  const keeper = await keeperOfParent(inHost, never)
  end.send = () => true
  const kept = keeper?.keep({ port: 1, spent: [], sessions: [] })
  end.connected = false
  end.emit('disconnect')
  await kept
  await keeper?.keep({ port: 1, spent: [], sessions: [] })
})
