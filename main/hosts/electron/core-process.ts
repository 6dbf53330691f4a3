import { MessageChannelMain, utilityProcess, type UtilityProcess, type WebContents } from 'electron'
import { ToShell, type ToCore } from './messages'

interface CoreProcessOptions {
  file: string
  /** Asked at each start, since settings may have changed since the last. */
  startMessage: () => ToCore
  onMessage: (message: ToShell) => void
  onLost: () => void
}

/** The core as a process of its own: restarted when it dies, with a port for each page that asks. */
export class CoreProcess {
  #core: UtilityProcess | undefined
  #stopping = false
  #crashes: number[] = []
  #pages = new Set<WebContents>()
  constructor(private readonly options: CoreProcessOptions) {}

  get pid() {
    return this.#core?.pid
  }

  start() {
    const core = utilityProcess.fork(this.options.file, [], { serviceName: 'Takt core' })
    this.#core = core
    core.once('spawn', () => {
      this.send(this.options.startMessage())
      for (const page of this.#pages) this.#handOver(page)
    })
    core.on('message', (message: unknown) => {
      const parsed = ToShell.safeParse(message)
      if (parsed.success) this.options.onMessage(parsed.data)
    })
    core.once('exit', () => this.#died())
  }
  #died() {
    if (this.#stopping) return
    for (const page of this.#pages) if (!page.isDestroyed()) page.postMessage('takt:lost', null)
    this.options.onLost()
    const now = performance.now()
    this.#crashes = [...this.#crashes.filter((at) => now - at < 60_000), now]
    setTimeout(() => this.start(), Math.min(100 * 2 ** (this.#crashes.length - 1), 10_000))
  }
  send(message: ToCore) {
    this.#core?.postMessage(message)
  }

  /** Gives a page its own line to the core, now and after every restart. */
  connect(page: WebContents) {
    if (!this.#pages.has(page)) {
      this.#pages.add(page)
      page.once('destroyed', () => this.#pages.delete(page))
    }
    if (this.#core?.pid !== undefined) this.#handOver(page)
  }
  #handOver(page: WebContents) {
    if (page.isDestroyed()) return
    const { port1, port2 } = new MessageChannelMain()
    this.#core?.postMessage({ type: 'page' } satisfies ToCore, [port1])
    page.postMessage('takt:port', null, [port2])
  }
  /** Lets the core finish writing, at most two seconds, then ends it. */
  async stop() {
    this.#stopping = true
    const core = this.#core
    if (!core?.pid) return
    const ended = new Promise<void>((done) => core.once('exit', () => done()))
    this.send({ type: 'stop' })
    await Promise.race([ended, new Promise((late) => setTimeout(late, 2_000))])
    core.kill()
  }
}
