import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { stringifyExact } from '../../kernel/exact-json'
import { readYaml, writeYaml } from '.'

const one = (text: string) => {
  const [read] = readYaml(text)
  return read && 'value' in read ? read.value : read
}

// What sigs.k8s.io/yaml 1.6 makes of each.
test.each<[text: string, value: unknown]>([
  ['0400', 256],
  ['0600', 384],
  ['0o400', 256],
  ['-0644', -420],
  ['08', 8],
  ['0b11', 3],
  ['0x1F', 31],
  ['-0x1f', -31],
  ['1_000', 1000],
  ['0_400', 256],
  ['+12', 12],
  ['0', 0],
  ['1_000.5', 1000.5],
  ['1e3', 1000],
  ['.5', 0.5],
  ['1.', 1],
  ['9007199254740993', 9007199254740993n],
  ['-9223372036854775808', -9223372036854775808n],
  ['18446744073709551615', 18446744073709551615n],
  ['36893488147419103232', 36893488147419103232],
  ['yes', true],
  ['Off', false],
  ['y', true],
  ['N', false],
  ['on', true],
  ['oN', 'oN'],
  ['~', null],
  ['null', null],
  ['12:30:45', '12:30:45'],
  ['2026-11-30', '2026-11-30'],
  ['2026-11-30T10:00:00Z', '2026-11-30T10:00:00Z'],
  ['0b2', '0b2'],
  ['_1', '_1'],
  ['1.2.3', '1.2.3'],
  ['0x', '0x'],
  ['.5e', '.5e'],
  ['"0400"', '0400'],
  ["'yes'", 'yes'],
  ['!!str 0400', '0400'],
])('%s is read as kubectl reads it', (text, value) => {
  expect(one(`a: ${text}`)).toEqual({ a: value })
})

test('keys are text, however they are written, and merge keys merge', () => {
  expect(one('yes: a\n0400: b\n1_0: c')).toEqual({ true: 'a', '256': 'b', '10': 'c' })
  expect(one('a: &a {x: 1, z: 2}\nb: {<<: *a, z: 3}')).toEqual({
    a: { x: 1, z: 2 },
    b: { x: 1, z: 3 },
  })
})

test('what a cluster cannot keep is refused with its line and never becomes nothing', () => {
  expect(one('a: 1\nb: .inf')).toEqual({
    line: 2,
    says: expect.stringContaining('.inf') as string,
  })
  expect(one('a: 1\na: 2')).toMatchObject({ line: 2 })
  expect(readYaml('a: 1\na: 2', { repeatedKeys: 'last counts' })).toEqual([{ value: { a: 2 } }])
})

test.each([
  [
    'a bomb of aliases',
    `a: &a [x]\n${[...'bcdefghi']
      .map(
        (name, n) =>
          `${name}: &${name} [${Array(9)
            .fill(`*${'abcdefgh'[n] ?? ''}`)
            .join(',')}]`,
      )
      .join('\n')}`,
  ],
  ['nesting without end', '['.repeat(100_000)],
])('%s is refused and does not throw', (_what, text) => {
  expect(one(text)).toMatchObject({ says: expect.stringMatching(/.+/) as string })
})

const ODD =
  'y Y n N yes no on off true null ~ 1_000 0b11 0o17 0400 08 0x1F 1e3 1. .5 .inf 12:30:45 2026-11-30 2026-11-30T10:00:00Z +1 << = - ? # a:b 1:2 9007199254740993'
    .split(' ')
    .concat(
      '',
      ' ',
      'a\n',
      ' \nb \n\n',
      'x: y',
      '- x',
      'tab\tbed',
      '\ud83d\ude00',
      '\u2028',
      '"',
      "'",
    )
test('text that reads as something else is quoted, and comes back as it went', () => {
  const keys = Object.fromEntries(ODD.map((text) => [text, text]))
  expect(one(writeYaml(keys))).toEqual(keys)
  expect(writeYaml({ a: 'y', b: 'yes', c: '1_000', d: '0b11', e: '12:30:45' })).toBe(
    'a: "y"\nb: "yes"\nc: "1_000"\nd: "0b11"\ne: "12:30:45"\n',
  )
})

test('whatever JSON can say comes back exactly', () => {
  const value = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.string(),
      fc.constantFrom(...ODD),
      fc.integer(),
      fc.bigInt({ min: 2n ** 53n + 1n, max: 2n ** 64n - 1n }),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((double) => double + 0),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(fc.string(), tie('value'), { maxKeys: 4, noNullPrototype: true }),
    ),
  })).value
  fc.assert(
    fc.property(value, (any) => {
      expect(stringifyExact(one(writeYaml({ any })))).toBe(stringifyExact({ any }))
    }),
    { numRuns: 500 },
  )
})

const shared = process.env['TAKT_TEST_DATA']
test.skipIf(!shared)('the scalars of real objects survive being shown and read again', () => {
  const file = (name: string) => readFileSync(join(shared ?? '', 'cluster-cases', name), 'utf8')
  const map = one(file('cm-scalars.yaml')) as { data: Record<string, string> }
  expect(Object.values(map.data).every((value) => typeof value === 'string')).toBe(true)
  expect(one(writeYaml(map))).toEqual(map)
  expect(one(file('dep.yaml'))).toMatchObject({
    spec: { template: { spec: { volumes: [{ secret: { defaultMode: 384 } }] } } },
  })
  expect(writeYaml(one(file('training.yaml')))).toContain('seed: 9007199254740993\n')
})
