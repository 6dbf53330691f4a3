import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { seeded } from '../../../main/kernel/random'
import { median, printTable } from '../shared/report'
import { killAgainAndAgain } from './kills'
import { CORE, openAgainAndAgain, serveCore } from './pages'

async function bench() {
  const { values } = parseArgs({
    options: {
      kills: { type: 'string', default: '100' },
      pages: { type: 'string', default: '50' },
      minutes: { type: 'string', default: '10' },
      seed: { type: 'string', default: '1' },
    },
  })
  const started = performance.now()
  const share = Math.min(10, Number(values.minutes)) * 30_000
  const base = mkdtempSync(join(tmpdir(), 'takt-bench-endure-'))
  const times = { kills: Number(values.kills), pages: Number(values.pages) }
  const kills = await killAgainAndAgain({
    base,
    times: times.kills,
    until: started + share,
    random: seeded(Number(values.seed)),
  })
  printTable(
    `${kills.total} of ${times.kills} kills of a core with an operation running`,
    ['what', 'figure'],
    [
      ['kills', String(kills.total)],
      ['of them inside a write of the store', String(kills.insideWrites)],
      ...kills.ended.map(({ state, times: count }) => [`operations then ${state}`, String(count)]),
      ['opening the store after it, ms, median', median(kills.openMs)],
      ['opening the store after it, ms, longest', Math.max(...kills.openMs)],
      ['losses', String(kills.losses.length)],
    ],
  )
  for (const loss of kills.losses) console.log(`- ${loss}`)
  const readings = await openAgainAndAgain({ base, times: times.pages, until: started + 2 * share })
  const [first] = readings
  printTable(
    `Memory of a core with the plant while the page was opened and closed ${readings.at(-1)?.opened ?? 0} times after the first`,
    ['pages opened and closed', 'resident, MB', 'to the first', 'heap, MB', 'to the first'],
    readings.map(({ opened, residentMb, heapMb }) => [
      String(opened),
      residentMb,
      residentMb / (first?.residentMb ?? residentMb),
      heapMb,
      heapMb / (first?.heapMb ?? heapMb),
    ]),
  )
  console.log(`\nIt took ${Math.round((performance.now() - started) / 1_000)} s.`)
  rmSync(base, { recursive: true, force: true })
  process.exit(kills.losses.length > 0 ? 1 : 0)
}

// The bench is its own child: a core that serves pages, with the collector within reach.
if (process.env[CORE]) await serveCore(process.argv[2] ?? '')
else await bench()
