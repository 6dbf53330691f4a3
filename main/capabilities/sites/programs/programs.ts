import type {
  ProgramConsent,
  ProgramFile,
  ProgramToRun,
} from '../../../../preload/contract/programs'
import { visibleLine } from '../../../../preload/contract/text/visible'
import { timestamp, type Clock } from '../../../kernel/clock'
import { withoutTokens } from '../../../kernel/secret-names'
import type { Outcome } from '../../../kernel/outcome'
import { succeed } from '../../../kernel/outcome'
import type { Store } from '../../../platform/store'
import { runProgram, type Ended } from '../adapters/run-program'
import { shownCommand, shownSecret } from '../domain/shown-words'
import { Consents, type KeptConsent } from './consents'
import { hashOfOpen, isNative, openFile, type HashCache } from './open-file'
import { whatRuns, type RunningFile, type WhatRuns } from './what-runs'

type Env = Readonly<Record<string, string | undefined>>
/** A program that a file names to sign somebody in. */
export interface ProgramCall {
  kind: ProgramToRun['kind']
  /** The site or profile it signs in to. */
  of: string
  command: string
  args: readonly string[]
  variables: readonly { name: string; value: string }[]
  /** Whatever else of the entry changes what the program is told. */
  also?: readonly unknown[]
}
export interface ProgramPorts {
  env(): Env
  clock: Clock
  settings: Store['settings']
  /** The account on this machine, for the record of who agreed. */
  account: string
}
/** How a run ended: with what the program said, or why it did not come to that. */
export type ProgramRun = { shown: ProgramToRun } & (
  { ended: Ended } | { asks: true } | { missing: true } | { trouble: string }
)
const MOST_LINES = 2000

/** Programs that sign people in: shown exactly as they would run, run only with consent to just that, and watched while they start. */
export class Programs {
  readonly #ports: ProgramPorts
  readonly #consents: Consents
  readonly #offered = new Map<string, KeptConsent>()
  /** Spares a list of many sign-ins by one program the reading of it again and again; a start always reads. */
  readonly #hashes: HashCache = new Map()
  constructor(ports: ProgramPorts) {
    this.#ports = ports
    this.#consents = new Consents(ports.settings)
  }

  describe(call: ProgramCall): ProgramToRun {
    const runs = this.#open(call, this.#hashes)
    try {
      return this.#described(call, runs)
    } finally {
      runs.close()
    }
  }
  /** The hash of what would run now, and whether it is allowed. */
  state(call: ProgramCall): { hash: string; allowed: boolean; command: string } {
    const { hash, allowed, words } = this.describe(call)
    return { hash, allowed, command: words.join(' ') }
  }
  /** Remembers a consent to something that was shown; another hash changes nothing. */
  consent(hash: string | undefined): Outcome<void> {
    const offered = hash === undefined ? undefined : this.#offered.get(hash)
    if (!offered || this.#consents.allowed(offered.hash)) return succeed(undefined)
    return this.#consents.keep({ ...offered, agreedAt: timestamp(this.#ports.clock.now()) })
  }
  consents(): ProgramConsent[] {
    return this.#consents.all().map(({ lines: _lines, ...consent }) => consent)
  }
  revoke(hash: string): Outcome<void> {
    return this.#consents.revoke(hash)
  }

  /** Runs what was agreed to; what changed meanwhile is stopped, and its consent is over. */
  async run(call: ProgramCall, env: Env): Promise<ProgramRun> {
    const runs = this.#open(call)
    try {
      const shown = this.#described(call, runs)
      if (!shown.allowed) return { shown, asks: true }
      if (runs.program === undefined) return { shown, missing: true }
      if (shown.problem !== undefined) return { shown, trouble: shown.problem }
      const first = runs.files.find(({ path }) => path === runs.program)
      const inProc =
        first !== undefined && process.platform === 'linux' && isNative(first.opened.head)
      const changes = () => changedIn(runs.files, inProc ? first : undefined)
      const ended = await runProgram(
        {
          program: runs.program,
          args: call.args,
          env,
          ...(inProc && { openedAs: first.opened.fd }),
        },
        this.#ports.clock,
        () => changes() === undefined,
      )
      const changed = ended.stopped ? 'a file that it runs' : changes()
      if (changed === undefined) return { shown, ended }
      this.#consents.revoke(shown.hash)
      return {
        shown,
        trouble: `${changed} changed while it ran: it was stopped, what it said was not used, and the consent to it is over.`,
      }
    } finally {
      runs.close()
    }
  }

  #open({ command, args, variables }: ProgramCall, hashes?: HashCache): WhatRuns {
    const env = this.#ports.env()
    const inner = {
      ...env,
      ...Object.fromEntries(variables.map(({ name, value }) => [name, value])),
    }
    return whatRuns({ command, args }, { env, inner, hashes })
  }
  #short(text: string) {
    return `digest ${this.#consents.digest(text).slice(0, 12)}`
  }
  #described(call: ProgramCall, runs: WhatRuns): ProgramToRun {
    const { kind, of, command, args, variables } = call
    const shown = shownCommand({ command, args, variables, evaluates: runs.evaluates }, (text) =>
      this.#short(text),
    )
    const hash = this.#hashOf(call, runs)
    const allowed = this.#consents.allowed(hash)
    const before = this.#consents.of(kind, of)
    const scripts = runs.files.map((file): ReadFile => ({ ...file, lines: linesOf(file) }))
    const files = scripts.map((file) => this.#shownFile(file, before?.lines[file.path]))
    const { words, letters, hidden, unseen } = shown
    this.#offer({ kind, of, hash, words, variables: shown.variables, files }, scripts)
    return {
      kind,
      hash,
      allowed,
      words,
      variables: shown.variables,
      files,
      letters,
      hidden,
      unseen,
      ...(runs.problem !== undefined && { problem: visibleLine(runs.problem) }),
      ...(before && !allowed && { before: earlier(before) }),
    }
  }
  #hashOf({ kind, command, args, variables, also = [] }: ProgramCall, { files }: WhatRuns): string {
    const identity = files.map(({ role, path, opened: { sha256 } }) => [role, path, sha256])
    const pairs = variables.map(({ name, value }) => [name, value])
    return this.#consents.digest(JSON.stringify([kind, command, args, pairs, also, identity]))
  }
  #shownFile({ role, path, opened, lines }: ReadFile, known: string[] | undefined): ProgramFile {
    const isNew = (line: string) =>
      known !== undefined && !known.includes(this.#consents.lineDigest(line))
    const isCut = lines && (lines.length > MOST_LINES || opened.size > opened.head.length)
    return {
      role,
      path: visibleLine(path),
      sha256: opened.sha256,
      ...(lines && {
        lines: lines.slice(0, MOST_LINES).map((line) => ({
          text: visibleLine(this.#withoutTokens(line).replaceAll('\t', '  ')),
          isNew: isNew(line),
        })),
      }),
      ...(isCut && { isCut }),
    }
  }
  #withoutTokens(line: string): string {
    return withoutTokens(line, (token) => shownSecret(token, (text) => this.#consents.digest(text)))
  }
  #offer(
    shown: Pick<KeptConsent, 'kind' | 'of' | 'hash' | 'words' | 'variables' | 'files'>,
    scripts: readonly ReadFile[],
  ) {
    this.#offered.set(shown.hash, {
      ...shown,
      files: shown.files.map(({ lines: _lines, ...file }) => file),
      agreedAt: timestamp(this.#ports.clock.now()),
      by: this.#ports.account,
      lines: Object.fromEntries(
        scripts.flatMap(({ path, lines = [] }) => [
          [path, lines.slice(0, MOST_LINES).map((line) => this.#consents.lineDigest(line))],
        ]),
      ),
    })
  }
}
interface ReadFile extends RunningFile {
  lines: string[] | undefined
}
const earlier = ({ words, variables, files, agreedAt, by }: KeptConsent) => ({
  words,
  variables,
  files,
  agreedAt,
  by,
})

/** The lines of a script; undefined for what is no text. */
function linesOf({ role, opened: { head } }: RunningFile): string[] | undefined {
  const isScript = role === 'script' || head.subarray(0, 2).toString('latin1') === '#!'
  return isScript && !isNative(head) && !head.includes(0)
    ? head.toString().split(/\r?\n/)
    : undefined
}
/** The first file that is not what was hashed any more. The one that was started from its open descriptor counts by what that holds. */
function changedIn(
  files: readonly RunningFile[],
  started: RunningFile | undefined,
): string | undefined {
  return files.find((file) => {
    if (file === started) return hashOfOpen(file.opened.fd) !== file.opened.sha256
    const now = openFile(file.path)
    if (typeof now === 'string') return true
    now.close()
    return now.sha256 !== file.opened.sha256 || now.identity !== file.opened.identity
  })?.path
}
