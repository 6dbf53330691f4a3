/** The window's page, as far as its life goes. */
export interface PageContents {
  on(event: 'render-process-gone', heard: (event: unknown, gone: { reason: string }) => void): void
  on(event: 'unresponsive' | 'responsive', heard: () => void): void
  isDestroyed(): boolean
  reload(): void
  forcefullyCrashRenderer(): void
}
export interface PageQuestion {
  says: string
  detail: string
  /** What is done on yes, and what on no. */
  buttons: [yes: string, no: string]
}
export interface PageKeeping {
  /** Answers whether a person said yes; ends unanswered with the signal. */
  ask(question: PageQuestion, signal: AbortSignal): Promise<boolean>
  now(): number
  quit(): void
}

const WITHIN_MS = 60_000
/** Ends within a minute after which a person decides: a page that dies at once would be opened for ever. */
const MOST_ENDS = 3
const KEPT = 'The core goes on, and what was typed into forms comes back.'

/**
 * Opens the page again when its process ends, and asks when it does not answer. The same window and tab stay, so what lies in the tab's
 * storage is there for the page that follows.
 */
export function keepPage(contents: PageContents, { ask, now, quit }: PageKeeping): void {
  let ends: number[] = []
  let waiting: AbortController | undefined
  const reload = () => {
    if (!contents.isDestroyed()) contents.reload()
  }
  contents.on('render-process-gone', (_event, { reason }) => {
    waiting?.abort()
    if (reason === 'clean-exit' || contents.isDestroyed()) return
    ends = [...ends.filter((at) => now() - at < WITHIN_MS), now()]
    // The process is not yet away while it is told of.
    if (ends.length < MOST_ENDS) return void setImmediate(reload)
    const says = `The page of Takt ended ${String(ends.length)} times within a minute.`
    void ask({ says, detail: KEPT, buttons: ['Open it again', 'Quit Takt'] }, never()).then(
      (again) => {
        ends = []
        if (again) reload()
        else quit()
      },
    )
  })
  contents.on('unresponsive', () => {
    if (waiting) return
    const mine = new AbortController()
    waiting = mine
    const question: PageQuestion = {
      says: 'The page of Takt does not answer.',
      detail: KEPT,
      buttons: ['Open it again', 'Wait'],
    }
    void ask(question, mine.signal)
      .then((again) => {
        // Its end is told like any other, and opens it again.
        if (again && !mine.signal.aborted && !contents.isDestroyed())
          contents.forcefullyCrashRenderer()
      })
      .finally(() => {
        if (waiting === mine) waiting = undefined
      })
  })
  contents.on('responsive', () => waiting?.abort())
}
const never = () => new AbortController().signal
