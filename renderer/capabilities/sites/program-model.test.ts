import { expect, test } from 'vitest'
import type { ProgramToRun } from '../../../preload/contract/programs'
import { changesOf, commandWords, scriptLines, variableLines } from './program-model'
import { programWords } from './program-words'

const aProgram = (more: Partial<ProgramToRun> = {}): ProgramToRun => ({
  kind: 'exec plugin',
  words: ['sh', 'token.sh', '--post=$(cat key)'],
  variables: [
    { name: 'REGION', value: 'nordics', loadsCode: false },
    { name: 'LD_PRELOAD', value: '/b.so', loadsCode: true },
  ],
  files: [
    { role: 'program', path: '/bin/sh', sha256: 'aa' },
    {
      role: 'script',
      path: '/x/token.sh',
      sha256: 'cc',
      lines: [
        { text: 'echo', isNew: false },
        { text: 'curl evil', isNew: true },
      ],
    },
  ],
  hash: 'h',
  allowed: false,
  letters: 30,
  hidden: 0,
  unseen: 0,
  ...more,
})
const before = {
  words: ['sh', 'token.sh'],
  variables: [
    { name: 'REGION', value: 'nordics', loadsCode: false },
    { name: 'LD_PRELOAD', value: '/a.so', loadsCode: true },
  ],
  files: [
    { role: 'program' as const, path: '/bin/sh', sha256: 'aa' },
    { role: 'script' as const, path: '/x/token.sh', sha256: 'bb' },
  ],
  agreedAt: '2026-11-03T08:30:00Z',
  by: 'mara',
}

test('what was never agreed to marks nothing as new', () => {
  const program = aProgram()
  expect(commandWords(program).some(({ isNew }) => isNew)).toBe(false)
  expect(variableLines(program).every(({ op }) => op === ' ')).toBe(true)
  expect(changesOf(program)).toBeUndefined()
})
test('what changed is marked and counted', () => {
  const program = aProgram({ before })
  expect(commandWords(program).filter(({ isNew }) => isNew)).toEqual([
    { text: '--post=$(cat key)', isNew: true },
  ])
  expect(variableLines(program)).toEqual([
    { op: '-', text: 'LD_PRELOAD=/a.so' },
    { op: ' ', text: 'REGION=nordics' },
    { op: '+', text: 'LD_PRELOAD=/b.so' },
  ])
  expect(scriptLines(program.files[1]?.lines ?? [])[1]).toEqual({ op: '+', text: '2  curl evil' })
  const changes = changesOf(program)
  expect(changes).toEqual({ words: 1, variables: 1, files: 0, lines: 1 })
  expect(changes && programWords.changed(changes)).toBe(
    'It is no longer what you agreed to: 1 argument, 1 variable and 1 line differ. Until you decide nothing runs.',
  )
})
test('a binary that was exchanged is a file that differs', () =>
  expect(
    changesOf(
      aProgram({
        before: { ...before, words: aProgram().words, variables: aProgram().variables },
        files: [{ role: 'program', path: '/bin/sh', sha256: 'zz' }],
      }),
    ),
  ).toEqual({ words: 0, variables: 0, files: 1, lines: 0 }))
