import { execFile } from 'node:child_process'
import { chmodSync, copyFileSync, existsSync, linkSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'vite'

/** The user of files that belong to nobody: root may do everything, so what root is allowed proves nothing. */
const NOBODY = 65534

/** A program made of one source file, to be run as an ordinary user. */
export interface OrdinaryProgram {
  /** Runs it to its end and answers what it printed. */
  run(...args: string[]): Promise<string>
  remove(): void
}

/** Builds a program with what it imports, so that a user who may not read this checkout can still run it. */
export async function programForNobody(source: string): Promise<OrdinaryProgram> {
  const folder = mkdtempSync(join(tmpdir(), 'takt-nobody-'))
  chmodSync(folder, 0o755)
  await build({
    configFile: false,
    logLevel: 'error',
    ssr: { noExternal: true },
    build: {
      ssr: true,
      outDir: folder,
      emptyOutDir: false,
      target: 'node24',
      minify: false,
      rolldownOptions: { input: source, output: { entryFileNames: 'program.mjs' } },
    },
  })
  const node = join(folder, 'node')
  copyOrLink(process.execPath, node)
  return {
    run: (...args) =>
      new Promise((resolve, reject) => {
        const program = [node, join(folder, 'program.mjs'), ...args]
        const isRoot = process.getuid?.() === 0
        const [command = '', ...rest] = isRoot
          ? ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', ...program]
          : program
        execFile(command, rest, { env: { PATH: process.env['PATH'] ?? '' } }, (error, stdout) => {
          if (error) reject(error)
          else resolve(stdout)
        })
      }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

function copyOrLink(from: string, to: string) {
  if (existsSync(to)) return
  try {
    linkSync(from, to)
  } catch {
    copyFileSync(from, to)
  }
}

/** Why a program cannot be run as somebody without rights here, or nothing. */
export const noOrdinaryUser = (): string | undefined => {
  if (process.platform === 'win32') return 'there are no user ids here'
  if (process.getuid?.() !== 0) return undefined
  return ['/usr/bin/setpriv', '/bin/setpriv'].some((path) => existsSync(path))
    ? undefined
    : 'setpriv is missing, so nothing can be run as an ordinary user'
}
