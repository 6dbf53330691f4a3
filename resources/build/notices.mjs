// What is shipped of others: their notices and a software bill of materials, made from what each program really bundled.
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import satisfies from 'spdx-satisfies'
import { root } from './programs.mjs'

/** Licences under which Takt may be given to anybody as it is. A package under another one fails the build until a person has looked at it. */
export const ALLOWED = [
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'Python-2.0',
  'Unlicense',
]
/** Lies beside the programs and is not bundled into them: the table engine, whose native library has to be a file of its own. */
const BESIDE = ['@duckdb/node-api', '@duckdb/node-bindings']

/** Why a component may not be shipped, or nothing. */
export function refusal({ name, version, identifier }) {
  if (!identifier) return `${name} ${version} names no licence`
  try {
    return satisfies(identifier, ALLOWED)
      ? undefined
      : `${name} ${version} is under ${identifier}, which is not on the list`
  } catch {
    return `${name} ${version} is under "${identifier}", which is no SPDX expression`
  }
}

/** One entry a package and version, with the programs that hold it, in the order of their names. */
export function merged(byProgram) {
  const components = new Map()
  for (const [program, entries] of Object.entries(byProgram)) {
    for (const entry of entries) {
      const key = `${entry.name}@${entry.version}`
      const known = components.get(key) ?? { ...entry, programs: [] }
      known.programs.push(program)
      components.set(key, known)
    }
  }
  return [...components.values()].sort((a, b) =>
    `${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1,
  )
}

/** CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/), without a time or a serial number, so that the same bundle gives the same bytes. */
export function billOfMaterials(components, version) {
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: {
        type: 'application',
        'bom-ref': `takt@${version}`,
        name: 'takt',
        version,
        licenses: [{ license: { id: 'Apache-2.0' } }],
      },
    },
    components: components.map(({ name, version: own, identifier, programs }) => ({
      type: 'library',
      'bom-ref': `${name}@${own}`,
      name,
      version: own,
      purl: `pkg:npm/${name.replace('@', '%40')}@${own}`,
      licenses: [
        /^[\w.+-]+$/.test(identifier)
          ? { license: { id: identifier } }
          : { expression: identifier },
      ],
      properties: programs.map((program) => ({ name: 'takt:program', value: program })),
    })),
  }
}

const packageOf = (name) => {
  const folder = join(root, 'node_modules', name)
  const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry))
  return {
    name,
    version,
    identifier: license,
    ...(file && { text: readFileSync(join(folder, file), 'utf8').trim() }),
  }
}

/** Reads what the builds noted of their packages and writes notices and bill of materials; answers why something may not be shipped. */
export function writeNotices(programs) {
  const noted = (name, { outDir }) => {
    const file = join(outDir, `licenses-${name}.json`)
    return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : []
  }
  const components = merged({
    ...Object.fromEntries(
      Object.entries(programs).map(([name, { build }]) => [name, noted(name, build)]),
    ),
    'beside the programs': BESIDE.map(packageOf),
    desktop: [packageOf('electron')],
  })
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const folder = join(root, 'out/third-party')
  mkdirSync(folder, { recursive: true })
  const write = (name, value) =>
    writeFileSync(join(folder, name), `${JSON.stringify(value, null, 2)}\n`)
  write('bom.cdx.json', billOfMaterials(components, version))
  write('components.json', components)
  return components.map(refusal).filter((why) => why !== undefined)
}
