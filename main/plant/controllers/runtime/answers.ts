import type { Clock } from '../../../kernel/clock'
import type { Node, Pod } from '../objects'
import type { PodFiles } from './files'

/** What a command finds in its container. */
export interface Surroundings {
  pod: Pod
  node: Node | undefined
  files: PodFiles
  clock: Clock
  cwd: string
}
export interface Answer {
  code: number
  out: string
  err: string
}

export const said = (out: string): Answer => ({
  code: 0,
  out: out === '' || out.endsWith('\n') ? out : `${out}\n`,
  err: '',
})
export const failed = (err: string, code = 1): Answer => ({ code, out: '', err: `${err}\n` })
export const absolute = (path: string, at: Surroundings) =>
  (path.startsWith('/') ? path : `${at.cwd}/${path.replace(/^\.\//, '')}`).replace(/\/+$/, '') ||
  '/'
