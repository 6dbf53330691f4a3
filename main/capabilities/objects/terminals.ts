import { PassThrough, Writable } from 'node:stream'
import { failure } from '../../../preload/contract/failures'
import { explain } from '../../../preload/contract/explain'
import type { PodRef, TerminalItem } from '../../../preload/contract/objects'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import { given } from '../../kernel/given'
import type { TerminalSize } from '../../platform/kubernetes/types'
import type { ObjectPorts } from './ports'

export interface TerminalAsk extends PodRef {
  container?: string | undefined
  command: string[]
  columns: number
  rows: number
}

/** Bytes that may be on their way to the screen before the command has to wait. */
const HIGH_WATER = 256 * 1024
/** A shell of the container's own choice: not every image has bash. */
const SHELL = [
  'sh',
  '-c',
  'TERM=xterm-256color; export TERM; [ -x /bin/bash ] && exec /bin/bash || exec /bin/sh',
]

/** One open terminal: what comes waits here until the reader takes it. */
class Terminal {
  readonly id: string
  readonly input = new PassThrough()
  readonly life = new AbortController()
  readonly #decoder = new TextDecoder()
  #items: TerminalItem[] = []
  #wake = () => {}
  #unshown = 0
  #hold: (() => void) | undefined
  #size: TerminalSize
  #resized: ((size: TerminalSize) => void) | undefined

  constructor(id: string, size: TerminalSize) {
    this.id = id
    this.#size = size
  }
  readonly output = new Writable({
    write: (piece: Buffer, _encoding, done) => {
      this.#unshown += piece.length
      this.push({
        type: 'output',
        text: this.#decoder.decode(piece, { stream: true }),
        bytes: piece.length,
      })
      if (this.#unshown < HIGH_WATER) done()
      else this.#hold = done
    },
  })
  shown(bytes: number) {
    this.#unshown = Math.max(0, this.#unshown - bytes)
    if (this.#unshown >= HIGH_WATER / 2) return
    const go = this.#hold
    this.#hold = undefined
    go?.()
  }
  resize(size: TerminalSize) {
    this.#size = size
    this.#resized?.(size)
  }
  readonly onResize = (resized: (size: TerminalSize) => void) => {
    this.#resized = resized
    resized(this.#size)
    return () => {
      this.#resized = undefined
    }
  }
  push(item: TerminalItem) {
    const last = this.#items.at(-1)
    // Many small pieces become one, so that a flood of output is not a flood of messages.
    if (item.type === 'output' && last?.type === 'output')
      this.#items[this.#items.length - 1] = {
        type: 'output',
        text: last.text + item.text,
        bytes: last.bytes + item.bytes,
      }
    else this.#items.push(item)
    this.#wake()
  }
  async *items(): AsyncGenerator<TerminalItem, void> {
    const stop = () => this.#wake()
    this.life.signal.addEventListener('abort', stop, { once: true })
    while (!this.life.signal.aborted) {
      const item = this.#items.shift()
      if (item) {
        yield item
        if (item.type === 'end') return
      } else
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
    }
  }
}

/** Runs the shell of a terminal to its end. */
async function run(
  { sites }: Pick<ObjectPorts, 'sites'>,
  terminal: Terminal,
  ask: TerminalAsk,
): Promise<void> {
  const client = sites.client(ask.site)
  if (!client.ok) return terminal.push({ type: 'end', says: explain(client.failure).says })
  const command = ask.command.length > 0 ? ask.command : SHELL
  const done = await client.value.exec(
    { namespace: ask.namespace, name: ask.name, ...given({ container: ask.container }) },
    command,
    {
      stdin: terminal.input,
      stdout: terminal.output,
      stderr: terminal.output,
      tty: true,
      signal: terminal.life.signal,
      onResize: terminal.onResize,
      begun: () =>
        terminal.push({
          type: 'open',
          session: terminal.id,
          container: ask.container ?? '',
          command: ask.command.join(' '),
        }),
    },
  )
  const end = done.ok
    ? {
        exitCode: done.value.exitCode,
        says: `The shell ended with ${String(done.value.exitCode)}.`,
      }
    : { says: `${explain(done.failure).says} ${explain(done.failure).remedy}` }
  terminal.push({ type: 'end', ...end })
}

/** Terminals of this machine's person; each goes with the stream that opened it. */
export function makeTerminals(ports: Pick<ObjectPorts, 'sites' | 'log'>) {
  const open = new Map<string, Terminal>()
  let number = 0
  const at = (session: string, act: (terminal: Terminal) => void): Outcome<void> => {
    const one = open.get(session)
    if (!one) return fail(failure('NOT_FOUND', { kind: 'open terminal', name: session }))
    act(one)
    return succeed(undefined)
  }
  return {
    async *open(ask: TerminalAsk, signal?: AbortSignal): AsyncGenerator<TerminalItem, void> {
      const terminal = new Terminal(`terminal-${String(++number)}`, {
        columns: ask.columns,
        rows: ask.rows,
      })
      open.set(terminal.id, terminal)
      const stop = () => terminal.life.abort()
      signal?.addEventListener('abort', stop, { once: true })
      run(ports, terminal, ask).catch((error: unknown) => {
        if (terminal.life.signal.aborted) return
        ports.log.warn('A terminal broke.', { error: String(error) })
        terminal.push({
          type: 'end',
          says: 'The connection broke. Open the terminal again; what ran in it may have ended.',
        })
      })
      try {
        yield* terminal.items()
      } finally {
        signal?.removeEventListener('abort', stop)
        open.delete(terminal.id)
        terminal.life.abort()
        terminal.input.destroy()
      }
    },
    type: (session: string, text: string) => at(session, (terminal) => terminal.input.write(text)),
    resize: (session: string, size: TerminalSize) =>
      at(session, (terminal) => terminal.resize(size)),
    shown: (session: string, bytes: number) => at(session, (terminal) => terminal.shown(bytes)),
    close() {
      for (const one of open.values()) one.life.abort()
    },
  }
}
