import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { driftCommands } from '../../main/capabilities/drift/cli'
import { makeProgram } from '../../main/hosts/cli/program'
import { contract } from '../../preload/contract'

const SECRET = 'canary-of-mara'
/** Addresses in every shape that the fields take: of the web, a proxy, git, a directory, a store of objects and this machine. */
const ADDRESSES = [
  'https://H',
  'http://127.0.0.1:1/',
  'socks5://H:1',
  'ssh://H/a.git',
  'ldaps://H',
  's3://H/a',
  'lakefs://H/main',
].map((address) => address.replace('//', `//mara:${SECRET}@`).replace('H', 'host.example'))
const IS_ADDRESS =
  /ur[il]|address|server|issuer|proxy|repository|endpoint|engine|redirect|origin|^path$/i

/** The vault keeps what stands in these (the secrets of connecting are looked for in every byte of the store). */
const VAULTED = ['settings.set.proxy', 'sites.addOidc.proxy']
const NO_ADDRESS: Record<string, string> = {
  'settings.set.noProxy': 'names of hosts',
}

interface Leaf {
  path: string
  schema: z.core.$ZodType
}
/** Every text that an input holds, with the names on the way to it. */
function leavesOf(schema: z.core.$ZodType, path: string, seen: z.core.$ZodType[] = []): Leaf[] {
  if (seen.includes(schema)) return []
  const within = (inner: z.core.$ZodType, name = '') =>
    leavesOf(inner, name === '' ? path : `${path}.${name}`, [...seen, schema])
  const def: z.core.$ZodTypeDef & { innerType?: z.core.$ZodType } = schema._zod.def
  switch (def.type) {
    case 'object':
      return Object.entries((def as z.core.$ZodObjectDef).shape).flatMap(([name, field]) => [
        ...named(field, `${path}.${name}`),
        ...within(field, name),
      ])
    case 'array':
      return within((def as z.core.$ZodArrayDef).element)
    case 'record':
      return within((def as z.core.$ZodRecordDef).valueType)
    case 'union':
      return (def as z.core.$ZodUnionDef).options.flatMap((option) => within(option))
    case 'pipe':
      return within((def as z.core.$ZodPipeDef).in)
    case 'intersection': {
      const { left, right } = def as z.core.$ZodIntersectionDef
      return [...within(left), ...within(right)]
    }
    case 'lazy':
      return within((def as z.core.$ZodLazyDef).getter())
    default:
      return def.innerType ? within(def.innerType) : []
  }
}
const named = (schema: z.core.$ZodType, path: string): Leaf[] =>
  IS_ADDRESS.test(path.split('.').at(-1) ?? '') ? [{ path, schema }] : []

const INPUTS = Object.entries(contract).flatMap(([part, entries]) =>
  Object.entries(entries).flatMap(([name, entry]) => {
    const { inputSchema } = (entry as { '~orpc': { inputSchema?: z.core.$ZodType } })['~orpc']
    return inputSchema ? leavesOf(inputSchema, `${part}.${name}`) : []
  }),
)
const FIELDS = [...new Map(INPUTS.map((leaf) => [leaf.path, leaf])).values()]
/** A text of the path takes any address; anything but text takes none. */
const taken = ({ schema }: Leaf) =>
  ADDRESSES.map((address) => z.safeParse(schema, address)).filter(({ success }) => success)

test('the walk finds the addresses of the contract', () => {
  const found = FIELDS.map(({ path }) => path)
  for (const path of [
    ...VAULTED,
    ...Object.keys(NO_ADDRESS),
    'sites.addOidc.server',
    'projects.saveDraft.draft.project.repository',
    'projects.planCreate.spec.repository',
    'catalog.planAddSource.spec.location.uri',
    'people.setDirectory.url',
  ])
    expect(found).toContain(path)
})
test.each(FIELDS.filter(({ path }) => !VAULTED.includes(path) && !(path in NO_ADDRESS)))(
  '$path keeps no user name and password',
  (field) => {
    for (const address of ADDRESSES) {
      const read = z.safeParse(field.schema, address)
      expect(JSON.stringify(read.success ? read.data : read.error.issues)).not.toContain(SECRET)
    }
  },
)
test.each(VAULTED)('%s takes one, and the vault behind it is in the test of secrets', (path) => {
  const field = FIELDS.find((one) => one.path === path)
  expect(field && taken(field).length).toBeGreaterThan(0)
  expect(readFileSync(new URL('secrets.test.ts', import.meta.url), 'utf8')).toMatch(
    new RegExp(`${path.split('.')[0] ?? ''}[\\s\\S]{1,400}proxy: \``),
  )
})

/** Options of the command line that take an address, and where each is refused: an entry of the contract, or the command's own test. */
const OPTIONS: Record<string, string> = {
  'project create --repository <address>': 'projects.planCreate.spec.repository',
  'burst lines --data-uri <uri>': 'burst.lines.dataUri',
  'drift lake --server <url>': 'main/capabilities/drift/cli-lake.test.ts',
}
const optionsOf = (command: Command, names: string[] = []): string[] => [
  ...command.options
    .filter(({ flags }) => /<(url|uri|address|server|issuer|endpoint|proxy)>/.test(flags))
    .map(({ flags }) => [...names, flags].join(' ')),
  ...command.commands.flatMap((inner) => optionsOf(inner, [...names, inner.name()])),
]
test('every option of the command line that takes an address is known here', () => {
  const drift = new Command()
  driftCommands(drift)
  const whole = makeProgram(() => Promise.reject(new Error('not opened')), '0.0.0')
  expect([...optionsOf(whole), ...optionsOf(drift)].sort()).toEqual(Object.keys(OPTIONS).sort())
  for (const path of Object.values(OPTIONS))
    if (!path.includes('/')) expect(FIELDS.map((field) => field.path)).toContain(path)
})
