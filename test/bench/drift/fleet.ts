import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createRouterClient } from '@orpc/server'
import type { Browser, Page } from 'playwright'
import { Engine } from '../../../main/capabilities/drift/adapters/engine'
import { identifier, literal } from '../../../main/capabilities/drift/adapters/sql'
import { compose, type CoreClient } from '../../../main/compose'
import { seeded } from '../../../main/kernel/random'
import { systemClock } from '../../../main/platform/clock/system'
import type { MonitorSettings } from '../../../preload/contract/drift-review'
import { launchBrowser, setup } from '../../support/browser'
import { median, printTable } from '../shared/report'

const MODELS = 20,
  NUMBERS = 20,
  KINDS = [2, 5, 20, 100, 1000],
  REFERENCE_WEEKS = 8,
  WEEKS = 52,
  ROWS_A_WEEK = 2_000,
  RUNS = 5
const FIRST_DAY = '2025-09-29',
  CUT = '2025-11-24'
const root = process.env['TAKT_ROOT'] ?? process.cwd()

// Chance is a hash of model, row and purpose, so that the same fleet is made everywhere.
const uniform = (model: number, purpose: number) =>
  `((hash(concat_ws(':', ${model}, i, ${purpose})) >> 11) + 0.5) / 9007199254740992.0`
const normal = (model: number, purpose: number) =>
  `sqrt(-2 * ln(${uniform(model, purpose)})) * cos(2 * pi() * ${uniform(model, purpose + 1)})`

/** The rows of one model: its first column creeps from some week on, a little faster in each model; the others stay. */
async function writeModel(engine: Engine, file: string, model: number): Promise<void> {
  const week = `(i // ${ROWS_A_WEEK})`,
    creeps = `${0.004 * model} * greatest(0, ${week} - ${REFERENCE_WEEKS + 20})`
  const columns = [
    ...Array.from(
      { length: NUMBERS },
      (_, at) =>
        `round(100 + 15 * (${normal(model, 2 * at)}${at === 0 ? ` + ${creeps}` : ''}), 4) AS ${identifier(`f${at}`)}`,
    ),
    ...KINDS.map(
      (kinds, at) =>
        `'k' || CAST(floor(${uniform(model, 900 + at)} * ${kinds}) AS INTEGER) AS ${identifier(`c${at}`)}`,
    ),
  ]
  await engine.run(
    `COPY (SELECT TIMESTAMP ${literal(FIRST_DAY)} + to_days(CAST(7 * ${week} + i % 7 AS INTEGER)) AS seen_at, ${columns.join(', ')} FROM range(${(REFERENCE_WEEKS + WEEKS) * ROWS_A_WEEK}) t(i)) TO ${literal(`${file}.part`)} (FORMAT parquet)`,
  )
  renameSync(`${file}.part`, file)
}

/** A store whose twenty models were watched, counted and scored by the product itself; made once. */
async function prepare(folder: string): Promise<string> {
  const storeDir = join(folder, 'store'),
    made = join(folder, 'made')
  if (existsSync(made)) return storeDir
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const core = await compose({
    storeDir,
    host: 'test',
    version: '0.0.0',
    env: { HOME: folder },
    clock: systemClock,
    random: seeded(6),
    plant: false,
    driftWorker: pathToFileURL(join(root, 'out/main/drift-worker.mjs')),
  })
  await core.started
  const takt = createRouterClient(core.router) as CoreClient,
    engine = await Engine.open({ threads: 2, memoryMiB: 1024, spillFolder: tmpdir() }),
    ids: string[] = []
  for (let model = 0; model < MODELS; model++) {
    const path = join(folder, `model-${model}.parquet`)
    await writeModel(engine, path, model)
    const settings: MonitorSettings = {
      model: `model-${String(model + 1).padStart(2, '0')}`,
      about: 'One of twenty',
      owner: '',
      reference: { path, where: `seen_at < TIMESTAMP '${CUT}'` },
      current: { path, where: `seen_at >= TIMESTAMP '${CUT}'` },
      timeColumn: 'seen_at',
      period: 'week',
      rule: { correction: 'benjamini-hochberg', level: 0.05 },
      alertAfter: { k: 1, n: 1 },
      limits: { watch: 0.1, act: 0.25 },
      incidents: [],
    }
    const { id } = await takt.drift.saveMonitor({ settings })
    for await (const step of await takt.drift.run({ id }))
      if (step.kind === 'done')
        console.error(`${settings.model}: ${step.windows} windows in ${step.seconds.toFixed(1)} s`)
    ids.push(id)
    rmSync(path)
  }
  engine.close()
  await takt.drift.saveBundle({ ids, name: 'fleet', path: join(folder, 'fleet.takt') })
  await core.close()
  mkdirSync(made)
  return storeDir
}

/** Begins before the page does: notes when every cell of the heat map and the first chart of a feature are on the screen, and tasks that held it up. */
const WATCH = `(() => {
  const seen = { heat: null, whole: null, longest: 0, begun: 0 }
  window.seen = seen
  new PerformanceObserver((list) => { for (const { duration } of list.getEntries()) seen.longest = Math.max(seen.longest, duration) }).observe({ type: 'longtask', buffered: true })
  const cells = () => document.querySelectorAll('.drift tbody tr.clickable svg[role=img] g > rect').length
  const look = () => {
    const now = performance.now() - seen.begun
    if (seen.heat === null && cells() >= ${MODELS * WEEKS}) requestAnimationFrame(() => { seen.heat ??= performance.now() - seen.begun })
    if (seen.heat !== null && seen.whole === null && document.querySelectorAll('.drift-features .recharts-surface').length > 0) seen.whole = now
    requestAnimationFrame(look)
  }
  requestAnimationFrame(look)
})()`
interface Seen {
  heat: number
  whole: number
  longest: number
  heapMb: number
}
async function seenOn(page: Page): Promise<Seen> {
  await page.waitForFunction('window.seen.whole !== null')
  const seen = (await page.evaluate('window.seen')) as Omit<Seen, 'heapMb'>,
    session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.collectGarbage')
  await session.send('Performance.enable')
  const { metrics } = await session.send('Performance.getMetrics')
  return {
    ...seen,
    heapMb: (metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? 0) / 2 ** 20,
  }
}

async function startHost(store: string): Promise<{ address: string; stop(): Promise<void> }> {
  const host = spawn(process.execPath, [join(root, 'out/main/web.mjs'), '--store', store], {
    env: { ...process.env, TAKT_NO_OPEN: '1', KUBECONFIG: join(store, 'none') },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const address = await new Promise<string>((found, failed) => {
    host.once('exit', (code) => failed(new Error(`The web host ended with ${String(code)}.`)))
    host.stdout.on('data', (text: Buffer) => {
      const match = /http:\/\/127\.0\.0\.1:\S+/.exec(text.toString())
      if (match) found(match[0])
    })
  })
  return {
    address,
    stop: async () => {
      const ended = new Promise((done) => host.once('exit', done))
      host.kill('SIGTERM')
      await ended
    },
  }
}
const newPage = async (browser: Browser) => {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  await page.addInitScript(WATCH)
  return page
}

/** The page loaded anew on the fleet, the fleet opened from another screen, and a bundle of all of it opened from its file. */
export async function fleet(cache: string): Promise<void> {
  const folder = join(cache, 'fleet'),
    store = await prepare(folder)
  await setup()
  const browser = await launchBrowser(),
    host = await startHost(store),
    loads: Seen[] = [],
    goes: Seen[] = [],
    opens: (Seen & { recomputed: number })[] = []
  for (let run = 0; run < RUNS; run++) {
    const page = await newPage(browser)
    await page.goto(`${host.address}#/drift`)
    loads.push(await seenOn(page))
    await page.evaluate(() => {
      location.hash = '#/settings'
    })
    await page.locator('.drift').waitFor({ state: 'detached' })
    await page.evaluate(
      'Object.assign(window.seen, { heat: null, whole: null, longest: 0, begun: performance.now() }); location.hash = "#/drift"',
    )
    goes.push(await seenOn(page))
    await page.close()
  }
  for (let run = 0; run < RUNS; run++) {
    const page = await newPage(browser)
    await page.goto(`${host.address}#/drift?dialog=open`)
    await page.getByLabel('Choose a file').waitFor()
    await page.evaluate(
      'Object.assign(window.seen, { heat: null, whole: null, longest: 0, begun: performance.now() })',
    )
    const begun = performance.now()
    await page.getByLabel('Choose a file').setInputFiles(join(folder, 'fleet.takt'))
    await page.getByText(/every score recomputed here/).waitFor({ timeout: 120_000 })
    const recomputed = performance.now() - begun
    opens.push({ ...(await seenOn(page)), recomputed })
    await page.getByRole('button', { name: 'Close', exact: true }).click()
    await page.getByRole('button', { name: 'Open a bundle…' }).waitFor()
    await page.close()
  }
  await host.stop()
  await browser.close()
  const row = <S>(what: string, from: S[], pick: (seen: S) => number) => {
    const all = from.map(pick)
    return [what, Math.min(...all), median(all), Math.max(...all)]
  }
  printTable(
    `${MODELS} models × ${NUMBERS + KINDS.length} features × ${WEEKS} windows in Chromium ${browser.version()}, ${RUNS} runs`,
    ['', 'min', 'median', 'max'],
    [
      row('page loaded on the fleet: heat map painted, ms', loads, ({ heat }) => heat),
      row('… and the first feature drawn, ms', loads, ({ whole }) => whole),
      row('… longest task, ms', loads, ({ longest }) => longest),
      row('… page heap, MB', loads, ({ heapMb }) => heapMb),
      row('fleet opened from another screen: heat map painted, ms', goes, ({ heat }) => heat),
      row('… and the first feature drawn, ms', goes, ({ whole }) => whole),
      row('… longest task, ms', goes, ({ longest }) => longest),
      row(
        'bundle of all of it: every score recomputed and shown, ms',
        opens,
        ({ recomputed }) => recomputed,
      ),
      row('… longest task, ms', opens, ({ longest }) => longest),
      row('… page heap, MB', opens, ({ heapMb }) => heapMb),
    ],
  )
}
