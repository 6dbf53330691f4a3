import { readFileSync, globSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { FORMS, type AnyForm } from '../test/support/forms'
import { ODD_INPUT } from '../test/support/odd-input'
import { kindOf, readTyped } from './design'

const root = fileURLToPath(new URL('.', import.meta.url))
const sources = globSync('**/*.{ts,tsx}', { cwd: root }).filter(
  (file) => !/\.test\.tsx?$/.test(file),
)
const textOf = (file: string) => readFileSync(`${root}/${file}`, 'utf8')

/** Every field that is typed into: of the form itself and of the rows in it. */
const FIELDS = FORMS.flatMap((form) =>
  Object.entries(form.fields).flatMap(([name, field]) => {
    const kind = kindOf(field)
    return kind === 'number' || kind === 'text' || kind === 'day'
      ? [[form.id, name, kind, form] as const]
      : []
  }),
)
/** Words of a schema library, which are no sentence to anybody. */
const RAW =
  /invalid|expected|received|too (small|big)|must match|regex|NaN|undefined|\bstring\b|>=|<=/i

test('the walk knows every form that is declared', () => {
  const declared = sources
    .flatMap((file) => [...textOf(file).matchAll(/defineForm\(\{\s*id: '([^']+)'/g)])
    .map(([, id]) => id)
  expect(FORMS.map(({ id }) => id).sort()).toEqual(declared.sort())
  expect(FORMS.length).toBeGreaterThan(20)
})

// Text that narrows a list, or that is compared with what is asked for: any text is right there, and nothing is made of it.
const NOT_FORMS: Record<string, string> = {
  'app/Palette.tsx': 'looks for a screen or an object',
  'app/SignedOut.tsx': 'a one-time address, which lets in or does not',
  'capabilities/burst/screens/QueueScreen.tsx': 'narrows the list',
  'capabilities/catalog/CatalogScreen.tsx': 'narrows the list',
  'capabilities/catalog/DataStep.tsx': 'narrows the list',
  'capabilities/cluster/Filters.tsx': 'narrows the list',
  'capabilities/drift/FleetPanel.tsx': 'narrows the list',
  'capabilities/flow/report/Forecast.tsx':
    'how many items are asked for; strictly within its bounds',
  'capabilities/objects/parts/Logs.tsx': 'looks for a text in the log',
  'capabilities/objects/parts/Yaml.tsx':
    'a whole manifest, read by the core and planned on request',
  'capabilities/sites/parts/KubeconfigDoor.tsx': 'narrows the list',
  'capabilities/replay/Knob.tsx': 'reads with readNumber and says its range beside it',
  'design/Confirm.tsx': 'compared with the name that is asked for',
}
test('no screen draws a field of its own beside the form helper', () => {
  const own = sources.filter((file) => {
    if (file.startsWith('design/form/') || file in NOT_FORMS) return false
    const text = textOf(file)
    const inputs = [...text.matchAll(/<input\b(?:[^>]|=>)*?\/>/gs)].map(([tag]) => tag)
    const typedInto = inputs.some((tag) => !/type="(checkbox|radio|range|file)"/.test(tag))
    return (
      typedInto ||
      /<textarea\b|<(TextInput|NumberInput|Textarea|PasswordInput|TagsInput|Autocomplete|JsonInput|DateInput)\b/.test(
        text,
      )
    )
  })
  expect(own).toEqual([])
  for (const file of Object.keys(NOT_FORMS)) expect(sources).toContain(file)
})

test.each(FORMS.map((form) => [form.id, form] as const))('%s: its example is right', (_, form) => {
  const read = readTyped(form, form.example as never)
  expect(read.ok ? {} : read.problems).toEqual({})
})

/** Everything a value holds, flat. */
const leavesOf = (value: unknown): unknown[] =>
  typeof value === 'object' && value !== null ? Object.values(value).flatMap(leavesOf) : [value]
const plain = (text: string) => text.normalize('NFC').trim()

const written = (read: object) => JSON.stringify(read).normalize('NFC')
/** A field that is not taken is named, by a sentence that says what is wanted and an example where there is one. */
function named(
  problems: Readonly<Record<string, string>>,
  [form, name, text]: [AnyForm, string, string],
) {
  const [[at, says = ''] = ['']] = Object.entries(problems)
  expect(says).toMatch(/[.…]$/)
  expect(says.replace(/"[^"]*"/g, '')).not.toMatch(RAW)
  expect(Object.keys(problems)).toHaveLength(1)
  // A rule that spans two fields may stand at the other one; each by itself is right then.
  if (at !== name) expect(form.fields[name]?.safeParse(text).success).toBe(true)
}
/** What is asked for holds what stands there, without blanks round it and composed; lists hold their parts. */
function faithful(value: object, [kind, name, text]: [string, string, string]) {
  const leaves = leavesOf(value)
  if (kind === 'number' && text.trim() !== '') {
    expect(leaves).toContain(Number(text))
    expect(text.trim()).toMatch(/^[+-]?\d+(\.\d+)?$/)
  }
  if (kind === 'day') expect(text).toMatch(/^20\d\d-\d\d-\d\d$/)
  if (kind !== 'text') return
  const parts = plain(text).split(/[\s,=]+/)
  for (const part of parts) expect(written(value)).toContain(JSON.stringify(part).slice(1, -1))
  // A secret is exactly what was typed; every other text is composed.
  if (name !== 'password') expect(JSON.stringify(leaves)).toBe(written(leaves))
}
const CASES = FIELDS.flatMap(([id, name, kind, form]) =>
  ODD_INPUT.map(([what, text]) => ({ title: `${id}.${name}: ${what}`, name, kind, form, text })),
)
test.each(CASES)('$title is read as it stands, or named', ({ name, kind, form, text }) => {
  const read = readTyped(form, { ...form.example, [name]: text } as never)
  if (read.ok) faithful(read.value as object, [kind, name, text])
  else named(read.problems, [form, name, text])
})
