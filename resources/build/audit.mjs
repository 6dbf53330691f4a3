// Asks the registry's advisory source about every package of the lock file. TAKT_ADVISORIES names another source.
import { spawnSync } from 'node:child_process'
import { root } from './programs.mjs'

const source = process.env.TAKT_ADVISORIES
const npm = process.env.npm_execpath
const args = ['audit', '--json', '--package-lock-only', ...(source ? ['--registry', source] : [])]
const { stdout, stderr } = spawnSync(
  npm?.endsWith('.js') ? process.execPath : 'npm',
  npm?.endsWith('.js') ? [npm, ...args] : args,
  { cwd: root, encoding: 'utf8', maxBuffer: 64 << 20, timeout: 120_000 },
)

/** npm's report, or undefined where it printed none. */
function parsed(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
const report = parsed(stdout)
if (!report?.vulnerabilities) {
  const why = report?.message ?? report?.error?.summary ?? stderr.trim().split('\n')[0]
  console.log(`Nothing was checked: no advisory source answered${why ? ` (${why})` : ''}.`)
  process.exit(0)
}
const found = Object.values(report.vulnerabilities)
for (const { name, severity, range, via } of found) {
  const titles = via.map((one) => (typeof one === 'string' ? `through ${one}` : one.title))
  console.log(`${severity}: ${name} ${range}: ${titles.join('; ')}`)
}
const packages = report.metadata?.dependencies?.total ?? 'all'
console.log(`${packages} packages checked, ${found.length} with advisories.`)
process.exit(found.length > 0 ? 1 : 0)
