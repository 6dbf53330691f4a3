import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'vite'
import { writeNotices } from './notices.mjs'
import { loadPrograms, root } from './programs.mjs'

const wanted = process.argv.slice(2)
const programs = await loadPrograms()
if (wanted.length === 0) rmSync(join(root, 'out'), { recursive: true, force: true })
const unknown = wanted.filter((name) => !(name in programs))
if (unknown.length > 0) {
  console.error(
    `No such program: ${unknown.join(', ')}. There are: ${Object.keys(programs).join(', ')}.`,
  )
  process.exit(2)
}
await Promise.all(
  Object.entries(programs)
    .filter(([name]) => wanted.length === 0 || wanted.includes(name))
    .map(([, config]) => build(config)),
)
const refused = wanted.length === 0 ? writeNotices(programs) : []
if (refused.length > 0) {
  console.error(
    `These may not be shipped:\n  ${refused.join('\n  ')}\nLeave them out, or add the licence to the list in resources/build/notices.mjs once a person has looked at it.`,
  )
  process.exit(1)
}
