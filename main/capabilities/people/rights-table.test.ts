import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { format, resolveConfig } from 'prettier'
import {
  RIGHT_NAMES,
  rightOf,
  ROLES,
  USES,
  type RightName,
  type RoleName,
} from '../../../preload/contract/rights'

const FILE = join(import.meta.dirname, 'README.md')
const [BEGIN, END] = ['<!-- rights: begin -->', '<!-- rights: end -->']
const ROLE_NAMES = Object.keys(ROLES) as RoleName[]
const used = (name: RightName) =>
  Object.values(USES).reduce(
    (sum, entries) =>
      sum +
      Object.values<readonly RightName[]>(entries).filter((uses) => uses.includes(name)).length,
    0,
  )
const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
const table = () =>
  [
    row(['right', 'kinds', 'verbs', 'entries', ...ROLE_NAMES]),
    row(['---', '---', '---', '---', ...ROLE_NAMES.map(() => '---')]),
    ...RIGHT_NAMES.map((name) => {
      const { group, resources, verbs, names, roles } = rightOf(name)
      const kinds = resources.map((each) => (group ? `${each}.${group}` : each)).join(', ')
      return row([
        name,
        names ? `${kinds} (by name)` : kinds,
        verbs.join(', '),
        String(used(name)),
        ...ROLE_NAMES.map((role) => (roles.includes(role) ? 'x' : '')),
      ])
    }),
  ].join('\n')

test('the README shows the rights that the table holds (TAKT_WRITE=1 writes it)', async () => {
  const text = readFileSync(FILE, 'utf8')
  const [before = '', rest = ''] = text.split(BEGIN)
  const after = rest.split(END)[1] ?? ''
  const wanted = await format(`${before}${BEGIN}\n\n${table()}\n\n${END}${after}`, {
    ...(await resolveConfig(FILE)),
    parser: 'markdown',
  })
  if (process.env['TAKT_WRITE'] === '1') writeFileSync(FILE, wanted)
  else expect(text).toBe(wanted)
})
