import { expect, test } from 'vitest'
import { commandsOnTerminals } from './processes'

const stat = (pid: number, name: string, [session, tty, state = 'S']: [number, number, string?]) =>
  `${String(pid)} (${name}) ${state} 1 ${String(pid)} ${String(session)} ${String(tty)} -1 4194304 1 0 0 0`

test('the shell of a terminal is no command, what it runs is', () => {
  const server = [
    stat(1, 'tini', [1, 0]),
    stat(7, 'jupyter-lab', [1, 0]),
    stat(9, 'python3', [9, 0]),
  ]
  const shell = stat(40, 'bash', [40, 34816])
  expect(commandsOnTerminals([...server, shell, ''].join('\n'))).toEqual([])
  expect(
    commandsOnTerminals([...server, shell, stat(41, 'python (x) y', [40, 34816])].join('\n')),
  ).toEqual(['python (x) y'])
})
test('a command that was given a terminal of its own is one, a login shell and what the container began with are not', () => {
  expect(commandsOnTerminals(stat(41, 'python', [41, 34816]))).toEqual(['python'])
  expect(commandsOnTerminals(stat(41, '-zsh', [41, 34816]))).toEqual([])
  expect(commandsOnTerminals(stat(1, 'tini', [1, 34816]))).toEqual([])
})
test('what has ended does not run, and a list without a process is none', () => {
  expect(commandsOnTerminals(stat(41, 'make', [40, 34816, 'Z']))).toEqual([])
  expect(commandsOnTerminals('')).toBeUndefined()
  expect(commandsOnTerminals('cat: /proc: Permission denied')).toBeUndefined()
})
