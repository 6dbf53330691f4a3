import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const cli = fileURLToPath(new URL('../../out/main/cli.mjs', import.meta.url))
export interface Answer {
  code: number
  out: string
  err: string
}

/** Runs the built command line on a store, as a person at a terminal that cannot be asked anything. */
export function runTakt(store: string, args: string[]): Promise<Answer> {
  // No kubeconfig of the machine is looked at: only what a test names.
  const program = spawn(process.execPath, [cli, '--store', store, ...args], {
    env: { ...process.env, KUBECONFIG: join(store, 'no-kubeconfig') },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const answer = { out: '', err: '' }
  program.stdout.on('data', (text: Buffer) => {
    answer.out += text.toString()
  })
  program.stderr.on('data', (text: Buffer) => {
    answer.err += text.toString()
  })
  return new Promise((done) =>
    program.once('close', (code) => done({ code: code ?? -1, ...answer })),
  )
}
