import type { ChildProcess } from 'node:child_process'
import { z } from 'zod'
import {
  KeptSessionsShape,
  Sessions,
  type KeptSessions,
  type SessionKeeper,
} from '../../capabilities/sessions'
import type { Clock } from '../../kernel/clock'

/** What a host and the process that started it say to each other about sessions; both ends parse what they get. */
const Message = z.discriminatedUnion('takt', [
  z.object({ takt: z.literal('sessions.ask') }),
  z.object({ takt: z.literal('sessions.keep'), state: KeptSessionsShape, turn: z.number() }),
  z.object({ takt: z.literal('sessions.kept'), state: KeptSessionsShape.optional() }),
  z.object({ takt: z.literal('sessions.done'), turn: z.number() }),
])
type Message = z.infer<typeof Message>

/** Memory of the process that starts a host: it outlives the host, and is on no disk. */
export class SessionMemory {
  #state: KeptSessions | undefined
  /** Answers what a host asks and tells; to be called for each host that is started. */
  serve(host: Pick<ChildProcess, 'on' | 'send'>) {
    host.on('message', (data) => {
      const message = Message.safeParse(data)
      if (!message.success) return
      const say = (answer: Message) => void host.send(answer, () => undefined)
      if (message.data.takt === 'sessions.ask')
        say({ takt: 'sessions.kept', ...(this.#state && { state: this.#state }) })
      if (message.data.takt === 'sessions.keep') {
        this.#state = message.data.state
        say({ takt: 'sessions.done', turn: message.data.turn })
      }
    })
  }
}

type Parent = Pick<NodeJS.Process, 'on' | 'off' | 'send' | 'connected'>
/** The memory of the parent process, where it has one and speaks this language; undefined where nobody would answer. */
export async function keeperOfParent(
  parent: Parent,
  patience: AbortSignal,
): Promise<SessionKeeper | undefined> {
  if (!parent.send || !parent.connected) return undefined
  const waiting = new Map<number, () => void>()
  let turn = 0
  let answered: (state: KeptSessions | undefined) => void = () => {}
  const listen = (data: unknown) => {
    const message = Message.safeParse(data)
    if (!message.success) return
    if (message.data.takt === 'sessions.kept') answered(message.data.state)
    if (message.data.takt === 'sessions.done') waiting.get(message.data.turn)?.()
  }
  parent.on('message', listen)
  const send = (message: Message) => parent.send?.(message, undefined, undefined, () => undefined)
  const first = new Promise<{ state: KeptSessions | undefined } | undefined>((settle) => {
    answered = (state) => settle({ state })
    const giveUp = () => settle(undefined)
    if (patience.aborted) giveUp()
    patience.addEventListener('abort', giveUp, { once: true })
  })
  send({ takt: 'sessions.ask' })
  const found = await first
  if (!found) {
    parent.off('message', listen)
    return undefined
  }
  const releaseAll = () => {
    for (const release of [...waiting.values()]) release()
  }
  parent.on('disconnect', releaseAll)
  return {
    kept: () => found.state,
    keep: (state) =>
      new Promise((kept) => {
        // A parent that has gone keeps nothing, and nobody has to wait for it.
        if (!parent.connected) return kept()
        const mine = ++turn
        waiting.set(mine, () => {
          waiting.delete(mine)
          kept()
        })
        send({ takt: 'sessions.keep', state, turn: mine })
      }),
  }
}

const PATIENCE_MS = 2000
/** Who may come in, remembered by the process that started this one where it can. */
export async function makeSessions(clock: Clock): Promise<Sessions> {
  const keeper = await keeperOfParent(process, AbortSignal.timeout(PATIENCE_MS))
  return new Sessions({ clock, ...(keeper && { keeper }) })
}
