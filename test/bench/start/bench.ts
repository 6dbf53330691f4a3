import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright'
import { findElectron, launch, startDisplay } from '../../support/electron/launch'
import { launchBrowser, setup } from '../../support/browser'
import { coreOf } from '../../support/host'
import { median, printTable } from '../shared/report'

const RUNS = 5
const root = process.env['TAKT_ROOT'] ?? process.cwd()
const MAP = '.map-body'
const LIVE = `${MAP}[data-live="true"]`

interface Host {
  process: ChildProcess
  address: string
  pid: number
}
/** Starts the built web host on a store and waits for the address it prints. */
async function startHost(store: string): Promise<Host> {
  const host = spawn(process.execPath, [join(root, 'out/main/web.mjs'), '--store', store], {
    env: { ...process.env, TAKT_NO_OPEN: '1', NODE_COMPILE_CACHE: join(root, 'out/.compiled') },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const address = await new Promise<string>((found, failed) => {
    host.once('exit', (code) => failed(new Error(`The web host ended with ${code}.`)))
    host.stdout?.on('data', (text: Buffer) => {
      const match = /http:\/\/127\.0\.0\.1:\S+/.exec(text.toString())
      if (match) found(match[0])
    })
  })
  return { process: host, address, pid: coreOf(host.pid ?? 0) }
}
async function stopHost({ process: host }: Host) {
  const ended = new Promise((done) => host.once('exit', done))
  host.kill('SIGTERM')
  await ended
}
const megabytes = (bytes: number) => bytes / 2 ** 20
const residentMb = (pid: number) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1_024

/** The first start of all: opens the plant and waits until the map is live, so that the next start finds it in the store. */
async function prepare(browser: Browser, store: string) {
  const host = await startHost(store)
  const page = await browser.newPage()
  await page.goto(host.address)
  await page.getByRole('button', { name: /Open the plant a simulated/ }).click()
  await page.locator(LIVE).waitFor({ timeout: 60_000 })
  await page.close()
  await stopHost(host)
}
interface Run {
  address: number
  paint: number
  live: number
  coreMb: number
  pageMb: number
}
async function measure(browser: Browser, store: string): Promise<Run> {
  const page = await browser.newPage()
  const started = performance.now()
  const since = () => performance.now() - started
  const host = await startHost(store)
  const address = since()
  await page.goto(host.address, { waitUntil: 'commit' })
  await page.locator(MAP).waitFor()
  const paint = since()
  await page.locator(LIVE).waitFor({ timeout: 30_000 })
  const live = since()
  const coreMb = residentMb(host.pid)
  const pageMb = await pageHeap(page)
  await page.close()
  await stopHost(host)
  return { address, paint, live, coreMb, pageMb }
}
async function pageHeap(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable')
  const { metrics } = await session.send('Performance.getMetrics')
  return megabytes(metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? 0)
}

async function electronRatio() {
  const found = findElectron()
  const display = await startDisplay()
  if ('missing' in found || !display)
    return console.log(
      `\nElectron not measured: ${'missing' in found ? found.missing : 'Xvfb is not installed'}.`,
    )
  const timeTo = async (app: string | undefined) => {
    const started = performance.now()
    const launched = await launch(found, display.display, app === undefined ? {} : { app })
    const page = await launched.app.firstWindow()
    await page.locator('nav').first().waitFor()
    const took = performance.now() - started
    await launched.close()
    return took
  }
  const blank: number[] = []
  const takt: number[] = []
  for (let run = 0; run < RUNS; run++) {
    blank.push(await timeTo(join(root, 'test/bench/start/blank')))
    takt.push(await timeTo(undefined))
  }
  printTable(
    `Electron ${found.version}${found.shim ? ' through the test shim' : ''}: start to the page, first run`,
    ['program', 'ms, median', 'ratio'],
    [
      ['blank window', median(blank), 1],
      ['Takt', median(takt), median(takt) / median(blank)],
    ],
  )
  display.stop()
}

await setup()
const browser = await launchBrowser()
const store = mkdtempSync(join(tmpdir(), 'takt-bench-start-'))
await prepare(browser, store)
const runs: Run[] = []
for (let run = 0; run < RUNS; run++) runs.push(await measure(browser, store))
const row = (name: string, pick: (run: Run) => number, target: string) => [
  name,
  Math.min(...runs.map(pick)),
  median(runs.map(pick)),
  Math.max(...runs.map(pick)),
  target,
]
printTable(
  `Start of the web host to the map in Chromium ${browser.version()}, plant open, ${RUNS} runs`,
  ['what', 'min', 'median', 'max', 'target'],
  [
    row('address printed, ms', ({ address }) => address, ''),
    row('first paint of the map from the store, ms', ({ paint }) => paint, '< 1,000'),
    row('live data, ms', ({ live }) => live, '< 2,000'),
    row('core with the plant, resident MB', ({ coreMb }) => coreMb, ''),
    row('page, JS heap MB', ({ pageMb }) => pageMb, ''),
  ],
)
await browser.close()
rmSync(store, { recursive: true, force: true })
await electronRatio()
process.exit(0)
