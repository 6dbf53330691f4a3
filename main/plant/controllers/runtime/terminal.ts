import type { ExecStreams } from '../../api/runtime'
import type { Surroundings } from './answers'
import { runScript } from './shell'

const NEWLINE = '\n',
  RUBOUT = '\b',
  ENTER = '\r',
  BACKSPACE = '\x7f',
  INTERRUPT = '\x03',
  END = '\x04',
  CLEAR = '\x0c'

/** A shell on a terminal: what is typed is shown as it comes, backspace rubs out, Ctrl C drops the line, Ctrl D or exit leaves. */
class TerminalShell {
  readonly #at: Surroundings
  readonly #streams: ExecStreams
  readonly #left: (code: number) => void
  #line = ''
  #code = 0
  #size = '24 80'
  constructor(at: Surroundings, streams: ExecStreams, left: (code: number) => void) {
    this.#at = at
    this.#streams = streams
    this.#left = left
    streams.onResize(({ width, height }) => {
      this.#size = `${String(height)} ${String(width)}`
    })
  }
  begin() {
    this.#write('This container is simulated: it answers a few commands.\r\n')
    this.#prompt()
    this.#streams.stdin.on('data', this.#take).once('end', () => this.leave(this.#code))
    this.#streams.signal.addEventListener('abort', () => this.leave(this.#code), { once: true })
  }
  leave(code: number) {
    this.#streams.stdin.off('data', this.#take)
    this.#left(code)
  }
  // Arrow keys and the like come as sequences; this shell has no history to move in.
  readonly #take = (piece: Buffer) => {
    for (const key of piece.toString().replace(/\x1b\[[0-9;]*[A-Za-z~]/g, '')) this.#typed(key)
  }
  readonly #keys: Record<string, () => void> = {
    [ENTER]: () => this.#enter(),
    [BACKSPACE]: () => {
      if (this.#line === '') return
      this.#line = this.#line.slice(0, -1)
      this.#write('\b \b')
    },
    [INTERRUPT]: () => {
      this.#line = ''
      this.#write('^C\r\n')
      this.#prompt()
    },
    [END]: () => {
      if (this.#line === '') this.leave(this.#code)
    },
    [CLEAR]: () => {
      this.#write('\x1b[H\x1b[2J')
      this.#prompt()
      this.#write(this.#line)
    },
  }
  #typed(key: string) {
    const act = this.#keys[key === NEWLINE ? ENTER : key === RUBOUT ? BACKSPACE : key]
    if (act) return act()
    if (key < ' ') return
    this.#line += key
    this.#write(key)
  }
  #enter() {
    const script = this.#line
    this.#line = ''
    this.#write('\r\n')
    const left = /^\s*exit(?:\s+(\d+))?\s*$/.exec(script)
    if (left) return this.leave(Number(left[1] ?? this.#code))
    const answer = /^\s*stty size\s*$/.test(script)
      ? { code: 0, out: `${this.#size}\n`, err: '' }
      : runScript(script, this.#at)
    this.#code = answer.code
    this.#write((answer.out + answer.err).replaceAll('\n', '\r\n'))
    this.#prompt()
  }
  #prompt() {
    this.#write(`jovyan@${this.#at.pod.metadata.name}:${this.#at.cwd}$ `)
  }
  #write(text: string) {
    this.#streams.stdout.write(text)
  }
}

/** Talks until exit, Ctrl D or the end of input; the exit code. */
export const talkOnTerminal = (at: Surroundings, streams: ExecStreams): Promise<number> =>
  new Promise((resolve) => new TerminalShell(at, streams, resolve).begin())
