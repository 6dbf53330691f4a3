import { fork, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'vite'
import type { CoreClient } from '../../../main/compose'
import type { Answering, Asking } from './mortal-core'

const root = join(import.meta.dirname, '../../..')

/** Builds the program of a core that can be killed, in a folder of its own. */
export async function buildMortalCore(): Promise<{ script: string; remove(): void }> {
  const folder = mkdtempSync(join(root, 'node_modules', '.mortal-core-'))
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    ssr: { noExternal: true, external: ['@duckdb/node-api'] },
    resolve: { conditions: ['node', 'import', 'module', 'default'] },
    define: { __TAKT_VERSION__: '"0.0.0"' },
    build: {
      ssr: true,
      outDir: folder,
      target: 'node24',
      minify: false,
      rolldownOptions: {
        input: join(root, 'test/cluster/burst/mortal-core.ts'),
        external: ['electron', '@duckdb/node-api'],
        output: { format: 'es', codeSplitting: false, entryFileNames: 'core.mjs' },
      },
    },
  })
  return {
    script: join(folder, 'core.mjs'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** A core in a process of its own. What it is asked fails once it is dead. */
export interface Mortal {
  takt: CoreClient
  /** As `kill -9` does it; answers when the process is gone. */ kill(): Promise<void>
  dead: Promise<void>
}

/** Starts a core on a store, where another may have died, and answers once it has opened what was open there. */
export async function startMortal(script: string, env: Record<string, string>): Promise<Mortal> {
  const child = fork(script, {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
  })
  let complained = ''
  child.stderr?.on('data', (text: Buffer) => {
    complained += text.toString()
  })
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>()
  const dead = new Promise<void>((resolve) =>
    child.once('exit', () => {
      for (const { reject } of waiting.values())
        reject(new Error(`the core is dead: ${complained.slice(-2000)}`))
      resolve()
    }),
  )
  child.on('message', ({ id, value, error }: Answering) => {
    const asked = waiting.get(id)
    waiting.delete(id)
    if (error === undefined) asked?.resolve(value)
    else asked?.reject(new Error(error))
  })
  let last = 0
  const ask = (message: Omit<Asking, 'id'>): Promise<unknown> =>
    new Promise((resolve, reject) => {
      last += 1
      waiting.set(last, { resolve, reject })
      if (child.connected) child.send({ id: last, ...message })
      else reject(new Error('the core is dead'))
    })
  await new Promise((resolve, reject) => waiting.set(0, { resolve, reject }))
  return { takt: clientBy(ask), dead, kill: () => killed(child, dead) }
}
async function killed(child: ChildProcess, dead: Promise<void>): Promise<void> {
  child.kill('SIGKILL')
  await dead
}

/** Every entry of the contract as a call to the other process; of a stream the first item comes back. */
function clientBy(ask: (message: Omit<Asking, 'id'>) => Promise<unknown>): CoreClient {
  const entry = (path: string[]): unknown =>
    new Proxy(() => undefined, {
      get: (_target, name) =>
        typeof name === 'string' && name !== 'then' ? entry([...path, name]) : undefined,
      apply: (_target, _self, [input]: unknown[]) => ask({ path, input }),
    })
  return entry([]) as CoreClient
}
