import { accessSync, constants, statSync } from 'node:fs'
import { basename, delimiter, isAbsolute, join, resolve } from 'node:path'
import { interpreterOf, openFile, type HashCache, type OpenedFile } from './open-file'

type Env = Readonly<Record<string, string | undefined>>
export interface Call {
  command: string
  args: readonly string[]
}
export interface RunningFile {
  role: 'program' | 'interpreter' | 'script'
  path: string
  opened: OpenedFile
}
/** Everything that a command line runs, opened: the program, what it starts others with, and the scripts it is told to read. */
export interface WhatRuns {
  /** The program as it was found; undefined where there is none. */
  program: string | undefined
  files: RunningFile[]
  /** Whether words of the command line are code. */
  evaluates: boolean
  problem?: string
  close(): void
}

const WRAPPERS =
  /^(env|sudo|doas|nice|nohup|timeout|setsid|stdbuf|xargs|exec|time|ionice|caffeinate|busybox|uv|pipx)$/
const SHELLS = /^((ba|da|z|k|fi|a|c|tc)?sh|pwsh|powershell|cmd)$/
const INTERPRETERS =
  /^(python[\d.]*w?|pypy[\d.]*|node(js)?|deno|bun|tsx|ruby[\d.]*|perl[\d.]*|php[\d.]*|lua[\d.]*|tclsh[\d.]*|Rscript|osascript|java|wscript|cscript|g?awk)$/
// Options whose next word is code, and those whose next word may be a file that is loaded.
const SHELL_CODE = /^(-[a-z]*c|-Command|\/[ck])$/i
const CODE = /^(-[a-z]*[ce]|--eval|--print|-p)$/i
const TAKES_VALUE =
  /^(-r|--require|--import|--loader|--experimental-loader|-jar|-cp|-classpath|-m|-W|-X|-I|-f|-File|--rcfile|--init-file|-[oO])$/
const MOST_FILES = 32

/** Opens and hashes whatever a command line would run. Nothing is started. */
export function whatRuns(
  { command, args }: Call,
  { env, inner, hashes }: { env: Env; inner: Env; hashes?: HashCache | undefined },
): WhatRuns {
  const found = new Map<string, RunningFile>()
  let evaluates = false
  let problem: string | undefined
  const add = (role: RunningFile['role'], path: string): RunningFile | undefined => {
    const known = found.get(path)
    if (known || found.size >= MOST_FILES) return known
    const opened = openFile(path, hashes)
    if (typeof opened === 'string') {
      problem ??= opened
      return undefined
    }
    const file = { role, path, opened }
    found.set(path, file)
    const [interpreter, ...more] = interpreterOf(opened.head) ?? []
    if (interpreter !== undefined)
      follow({ command: interpreter, args: more }, 'interpreter', inner)
    return file
  }
  function follow({ command: name, args: words }: Call, role: RunningFile['role'], where: Env) {
    const path = findProgram(name, where)
    if (path === undefined) return undefined
    add(role, path)
    const kind = basename(path).replace(/\.(exe|cmd|bat)$/i, '')
    const isShell = SHELLS.test(kind)
    const runsOthers = WRAPPERS.test(kind)
    // What stands in the first line of a script is code; the words that the script itself is given are not.
    if (role !== 'interpreter') evaluates ||= runsOthers || isShell || INTERPRETERS.test(kind)
    if (runsOthers) {
      const wrapped = behindWrapper(words)
      if (wrapped) follow(wrapped, role, inner)
    } else if (isShell || INTERPRETERS.test(kind)) {
      for (const script of scriptsIn(words, isShell, inner)) add('script', script)
    }
    return path
  }
  const program = follow({ command, args }, 'program', env)
  return {
    program,
    files: [...found.values()],
    evaluates,
    ...(problem !== undefined && { problem }),
    close: () => {
      for (const { opened } of found.values()) opened.close()
    },
  }
}

/** What a wrapper such as env starts: the first word that is neither an option, a number nor a variable. */
function behindWrapper(words: readonly string[]): Call | undefined {
  // env -S takes a whole command line in one word, and an interpreter line may hold nothing else.
  const all = words.flatMap((word) => (/\s/.test(word) ? word.split(/\s+/) : word))
  const at = all.findIndex((word) => !/^(-|[\w.]+=|\d+(\.\d+)?[smhd]?$)/.test(word))
  const [command, ...args] = at < 0 ? [] : all.slice(at)
  return command === undefined ? undefined : { command, args }
}

/** Files that an interpreter is told to run: its script, what its options load, and commands inside a word that is code. */
function scriptsIn(words: readonly string[], isShell: boolean, env: Env): string[] {
  const scripts: string[] = []
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    const next = words[at + 1] ?? ''
    if ((isShell ? SHELL_CODE : CODE).test(word)) return [...scripts, ...commandsIn(next, env)]
    const value = /^-.*?=(.+)$/.exec(word)?.[1]
    if (value !== undefined) scripts.push(...[value].filter(isFile))
    else if (TAKES_VALUE.test(word)) {
      scripts.push(...[next].filter(isFile))
      at++
    } else if (!/^[-+]./.test(word) && word !== 'run') {
      // Whatever follows the script is handed to it, and only the script knows what it is.
      return [...scripts, ...[word].filter(isFile)].map((path) => resolve(path))
    }
  }
  return scripts.map((path) => resolve(path))
}
/** Programs and scripts that code starts: words that stand where a command stands, and programs named by their path anywhere. */
function commandsIn(code: string, env: Env): string[] {
  const named = (pattern: RegExp) => [...code.matchAll(pattern)].map(([, name = '']) => name)
  const started = named(
    /(?:^|[;|&(`\n]|\b(?:exec|source|then|do|else)\s|(?:^|\s)\.\s)\s*([\w./~+-]+)/g,
  ).flatMap((name) => findProgram(name, env) ?? (isFile(name) ? resolve(name) : []))
  const paths = named(/(?:^|[\s'"=(])((?:\.{0,2}\/)[\w./+-]+)/g).flatMap(
    (name) => findProgram(resolve(name), env) ?? [],
  )
  return [...new Set([...started, ...paths])]
}
function isFile(path: string): boolean {
  try {
    return path !== '' && statSync(path).isFile()
  } catch {
    return false
  }
}

/** The program a command means, undefined where there is none. */
export function findProgram(command: string, env: Env): string | undefined {
  const runnable = (path: string) => {
    try {
      accessSync(path, constants.X_OK)
      return !statSync(path).isDirectory()
    } catch {
      return false
    }
  }
  if (isAbsolute(command)) return runnable(command) ? command : undefined
  const endings = process.platform === 'win32' ? ['.exe', '.cmd', '.bat', ''] : ['']
  const places = (env['PATH'] ?? '')
    .split(delimiter)
    .filter(Boolean)
    .flatMap((folder) => endings.map((ending) => join(folder, command + ending)))
  return places.find(runnable)
}
