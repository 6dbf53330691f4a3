import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { openBooks } from '../../../main/capabilities/drift/bundles/form'
import { verifyBooks } from '../../../main/capabilities/drift/bundles/verify'
import {
  countWindows,
  profileReference,
  scoreWindows,
} from '../../../main/capabilities/drift/profile'
import { loadSpecialFunctions } from '../../../main/platform/numerics'
import { median, printTable, round } from '../shared/report'
import { fleet } from './fleet'
import { scan, writePair } from './pair'

const root = process.env['TAKT_ROOT'] ?? process.cwd(),
  cache = join(root, '.cache/drift-bench'),
  cli = join(root, 'out/main/cli.mjs')
const here = join(root, 'test/bench/drift')
interface Use {
  wall: number
  cpu: number
  megabytes: number
}

/** Runs a whole process and tells what it used; a failing one is an error. */
function use(command: string[]): Use {
  const { stdout } = spawnSync('python3', [join(here, 'measure.py'), ...command], {
    encoding: 'utf8',
    cwd: root,
  })
  const found = JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as Use & { code: number }
  if (found.code !== 0) throw new Error(`${command.join(' ')} ended with ${found.code}`)
  return found
}
/** The run of median wall time. */
function medianUse(times: number, command: string[]): Use {
  const runs = Array.from({ length: times }, () => use(command)),
    middle = median(runs.map(({ wall }) => wall))
  return (
    runs.find(({ wall }) => wall === middle) ?? {
      wall: Number.NaN,
      cpu: Number.NaN,
      megabytes: Number.NaN,
    }
  )
}

function install(tool: string, packages: string[]): string {
  const folder = join(cache, tool),
    python = join(folder, 'bin/python')
  if (!existsSync(join(folder, '.ready'))) {
    console.error(`Installing ${packages.join(' ')} …`)
    for (const [command, ...args] of [
      ['python3', '-m', 'venv', folder],
      [join(folder, 'bin/pip'), 'install', '--quiet', ...packages, 'pyarrow'],
      ['touch', join(folder, '.ready')],
    ]) {
      const { status } = spawnSync(command ?? '', args, { stdio: 'inherit' })
      if (status !== 0) throw new Error(`${tool} cannot be installed`)
    }
  }
  return python
}

const takt = (...args: string[]) => [process.execPath, cli, 'drift', ...args]
const row = (what: string, { wall, cpu, megabytes }: Use, against?: Use): (string | number)[] => [
  what,
  wall,
  cpu,
  megabytes,
  ...(against
    ? [
        `${round(against.wall / wall)}×`,
        `${round(against.cpu / cpu)}×`,
        `${round(against.megabytes / megabytes)}×`,
      ]
    : ['', '', '']),
]

async function pair() {
  const { reference, current } = await writePair(join(cache, 'pair'), {
    rows: 1_000_000,
    numbers: 20,
    categories: 5,
  })
  const exact = medianUse(
    3,
    takt('compare', '--reference', reference, '--current', current, '--json'),
  )
  const bare = medianUse(3, [process.execPath, process.argv[1] ?? '', 'scan', reference, current])
  const profile = join(cache, 'profile.json')
  const freeze = medianUse(1, takt('profile', '--reference', reference, '--out', profile))
  const histogram = medianUse(
      3,
      takt('score', '--profile', profile, '--current', current, '--json'),
    ),
    bareOne = medianUse(3, [process.execPath, process.argv[1] ?? '', 'scan', current])
  const rows = [
    row('Takt, full exact suite', exact),
    row('bare scan of both files (count, min, max)', bare),
    row('Takt, freeze a profile', freeze),
    row('Takt, count and score one file', histogram),
    row('bare scan of one file', bareOne),
  ]
  for (const [tool, packages] of [
    ['evidently', ['evidently==0.7.23', 'pandas<3']],
    ['nannyml', ['nannyml==0.13.1', 'statsmodels']],
  ] as const) {
    if (process.argv.includes('--no-baselines')) break
    const baseline = use([
      install(tool, [...packages]),
      join(here, 'baselines.py'),
      tool,
      reference,
      current,
    ])
    rows.push(row(tool, baseline), row(`Takt against ${tool}`, exact, baseline))
  }
  printTable(
    '1 M + 1 M rows, 20 numbers and 5 categories',
    ['', 'wall s', 'CPU s', 'peak MB', 'faster', 'less CPU', 'less memory'],
    rows,
  )
  printTable(
    'Against the bare scan',
    ['', 'times its wall', 'times its CPU', 'target'],
    [
      ['full exact suite', exact.wall / bare.wall, exact.cpu / bare.cpu, '≤ 7'],
      ['histogram suite', histogram.wall / bareOne.wall, histogram.cpu / bareOne.cpu, '≤ 4'],
    ],
  )
}

async function width() {
  const rows = []
  for (const columns of [25, 50, 100, 200]) {
    const { reference, current } = await writePair(join(cache, `wide-${columns}`), {
      rows: 100_000,
      numbers: columns * 0.8,
      categories: columns * 0.2,
    })
    const found = medianUse(
      3,
      takt('compare', '--reference', reference, '--current', current, '--json'),
    )
    rows.push([columns, found.wall, found.cpu, (found.cpu * 1000) / columns, found.megabytes])
  }
  printTable(
    '25 to 200 columns of 100,000 + 100,000 rows',
    ['columns', 'wall s', 'CPU s', 'CPU ms a column', 'peak MB'],
    rows,
  )
}

async function windows() {
  const { reference, current } = await writePair(join(cache, 'year'), {
    rows: 520_000,
    numbers: 20,
    categories: 5,
  })
  const bundle = join(cache, 'year.takt')
  const written = use(
    takt(
      'bundle',
      '--reference',
      reference,
      '--current',
      current,
      '--windows',
      '52',
      '--out',
      bundle,
    ),
  )
  const special = await loadSpecialFunctions(),
    bytes = readFileSync(bundle)
  const started = performance.now(),
    opened = openBooks(bytes),
    openMs = performance.now() - started
  const again = performance.now(),
    found = verifyBooks(opened.books, special),
    verifyMs = performance.now() - again
  const profile = await profileReference({ path: reference }),
    small = await writePair(join(cache, 'window'), { rows: 10_000, numbers: 20, categories: 5 })
  const [first] = await countWindows(profile, { path: small.current })
  const times = Array.from({ length: 5 }, () => {
    const begun = performance.now()
    if (first) scoreWindows(profile, [first], { special })
    return performance.now() - begun
  })
  const counting = []
  for (let round = 0; round < 5; round++) {
    const begun = performance.now()
    await countWindows(profile, { path: small.current })
    counting.push(performance.now() - begun)
  }
  printTable(
    'Windows and bundles',
    ['', 'found', 'target'],
    [
      ['score 25 columns from counts, ms', median(times), '< 100'],
      ['open, count 10,000 rows, 25 columns, ms', median(counting), ''],
      ['bundle of 25 columns × 52 windows, kB', statSync(bundle).size / 1000, '≤ 1,000'],
      ['open it (hashes, chain, schema), ms', openMs, '< 1,000'],
      [`compute its ${found.scores} scores again, ms`, verifyMs, ''],
      ['write it, CPU s', written.cpu, ''],
    ],
  )
}

// Without a name all parts run; `pair` takes minutes, as the compared tools do.
const parts = { windows, width, fleet: () => fleet(cache), pair },
  asked = process.argv.slice(2).filter((name) => name in parts) as (keyof typeof parts)[]
if (process.argv[2] === 'scan') await scan(process.argv.slice(3))
else {
  mkdirSync(cache, { recursive: true })
  for (const name of asked.length > 0 ? asked : (Object.keys(parts) as (keyof typeof parts)[]))
    await parts[name]()
}
