import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright'
import { coreOf } from '../../support/host'
import type { Reach } from './fleet'
import { replayProxy } from './replay'

const out = process.env['TAKT_BENCH_OUT'] ?? join(process.env['TAKT_ROOT'] ?? process.cwd(), 'out')
const wait = (seconds: number) => new Promise((done) => setTimeout(done, seconds * 1000))
const SETTLE_S = 30
const IDLE_S = 60
export interface PageRun {
  perSecond: number
  seconds: number
  tasksOver50: number
  longestMs: number
  /** Of the thread's own time: what other programs took of the machine does not count. */ longestCpuMs: number
  tasksOver50Cpu: number
  pageHeapBeforeMb: number
  pageHeapAfterMb: number
  coreCpu: number
  shownPerSecond: number
}
export interface PageResult {
  runs: PageRun[]
  idleCpu: number
  coreRssMb: number
}

async function launch(): Promise<Browser> {
  const folder = join(tmpdir(), 'takt-chromium-153.0.0')
  mkdirSync(folder, { recursive: true })
  process.env['TMPDIR'] = folder
  const [{ default: packaged }, { chromium }] = await Promise.all([
    import('@sparticuz/chromium'),
    import('playwright'),
  ])
  return chromium.launch({
    executablePath: await packaged.executablePath(),
    args: [
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--enable-precise-memory-info',
      '--js-flags=--expose-gc',
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ],
  })
}
/** Seconds of CPU a process has used so far. */
const cpuOf = (pid: number) => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / 100
}
const rssOf = (pid: number) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
const heapOf = (page: Page) =>
  page.evaluate(() => {
    ;(globalThis as { gc?: () => void }).gc?.()
    return (
      (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize /
      2 ** 20
    )
  })

/** The built product with its page in a real Chromium, on a cluster whose watch is replayed at each pace. */
export async function pageUnderEvents(
  reach: Reach,
  recorded: readonly string[],
  { paces, seconds, pods }: { paces: number[]; seconds: number; pods: number },
): Promise<PageResult> {
  const proxy = await replayProxy(reach, recorded)
  const store = join(tmpdir(), `takt-bench-cluster-${process.pid}`)
  mkdirSync(store, { recursive: true })
  const kubeconfig = join(store, 'kubeconfig')
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'fleet', cluster: { server: proxy.url } }],
      users: [{ name: 'bench', user: { token: 'bench' } }],
      contexts: [{ name: 'fleet', context: { cluster: 'fleet', user: 'bench' } }],
    }),
  )
  const host = spawn(process.execPath, [join(out, 'main/web.mjs'), '--store', store], {
    env: { ...process.env, TAKT_NO_OPEN: '1', KUBECONFIG: kubeconfig },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const address = await new Promise<string>((found) =>
    host.stdout.on('data', (text: Buffer) => {
      const match = /http:\/\/127\.0\.0\.1:\S+/.exec(text.toString())
      if (match) found(match[0])
    }),
  )
  const browser = await launch()
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    await page.goto(address)
    await connect(store)
    await page.goto(`${page.url().replace(/#.*/, '')}#/cluster`)
    await page
      .getByText(`of ${pods.toLocaleString('en')}`)
      .first()
      .waitFor({ timeout: 120_000 })
    await page.getByText('live', { exact: true }).first().waitFor({ timeout: 300_000 })
    // What follows the reading is over by then: rows are written to the store, and memory is tidied.
    await wait(SETTLE_S)
    await page.evaluate(() => {
      const tasks: number[] = []
      Object.assign(globalThis, { longTasks: tasks })
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) tasks.push(entry.duration)
      }).observe({ entryTypes: ['longtask'] })
    })
    const pid = coreOf(host.pid ?? 0)
    const idle = cpuOf(pid)
    await wait(IDLE_S)
    const idleCpu = (cpuOf(pid) - idle) / IDLE_S
    const runs: PageRun[] = []
    for (const pace of paces) runs.push(await run(page, { proxy, pid, pace, seconds }))
    return { runs, idleCpu, coreRssMb: rssOf(pid) }
  } finally {
    await browser.close()
    host.kill()
    await proxy.close()
    rmSync(store, { recursive: true, force: true })
  }
}
async function run(
  page: Page,
  {
    proxy,
    pid,
    pace,
    seconds,
  }: { proxy: Awaited<ReturnType<typeof replayProxy>>; pid: number; pace: number; seconds: number },
): Promise<PageRun> {
  await page.evaluate(() => {
    ;(globalThis as unknown as { longTasks: number[] }).longTasks.length = 0
  })
  const pageHeapBeforeMb = await heapOf(page)
  await page.evaluate(() => {
    ;(globalThis as unknown as { longTasks: number[] }).longTasks.length = 0
  })
  const [cpu, sent] = [cpuOf(pid), proxy.sent]
  const traced = await traceTasks(page)
  proxy.pace(pace)
  await wait(seconds - 1)
  const shown = Number(
    /([\d,]+) changes? a second/
      .exec(await page.locator('#list-standing').innerText())?.[1]
      ?.replaceAll(',', '') ?? 0,
  )
  await wait(1)
  proxy.pace(0)
  const coreCpu = (cpuOf(pid) - cpu) / seconds
  const own = await traced()
  const tasks = await page.evaluate(() => [
    ...(globalThis as unknown as { longTasks: number[] }).longTasks,
  ])
  await wait(2)
  return {
    perSecond: Math.round((proxy.sent - sent) / seconds),
    seconds,
    tasksOver50: tasks.filter((ms) => ms > 50).length,
    longestMs: Math.max(0, ...tasks),
    longestCpuMs: own.reduce((most, ms) => Math.max(most, ms), 0),
    tasksOver50Cpu: own.filter((ms) => ms > 50).length,
    pageHeapBeforeMb,
    pageHeapAfterMb: await heapOf(page),
    coreCpu,
    shownPerSecond: shown,
  }
}
interface TraceEvent {
  name: string
  tid: number
  pid: number
  tdur?: number
  args?: { name?: string }
}
/** Follows every task of the page's main thread; the answer ends it and gives the thread's own time of each, in ms. */
async function traceTasks(page: Page): Promise<() => Promise<number[]>> {
  const session = await page.context().newCDPSession(page)
  const events: TraceEvent[] = []
  session.on('Tracing.dataCollected', ({ value }) => {
    for (const event of value as unknown as TraceEvent[])
      if (event.name === 'thread_name' || event.name === 'ThreadControllerImpl::RunTask')
        events.push(event)
  })
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: {
      includedCategories: ['toplevel', '__metadata'],
      excludedCategories: ['*'],
      recordMode: 'recordContinuously',
    },
  })
  return async () => {
    const complete = new Promise((done) => session.once('Tracing.tracingComplete', done))
    await session.send('Tracing.end')
    await complete
    const mains = new Set(
      events
        .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
        .map(({ pid, tid }) => `${pid} ${tid}`),
    )
    return events
      .filter(
        ({ name, pid, tid, tdur }) =>
          name !== 'thread_name' && tdur !== undefined && mains.has(`${pid} ${tid}`),
      )
      .map(({ tdur = 0 }) => tdur / 1000)
  }
}
/** Connects the one site there is, as a person at a terminal would. */
async function connect(store: string) {
  const cli = (...args: string[]) =>
    new Promise<string>((done, failed) => {
      const program = spawn(
        process.execPath,
        [join(out, 'main/cli.mjs'), '--store', store, ...args],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      )
      let said = ''
      program.stdout.on('data', (text: Buffer) => {
        said += text.toString()
      })
      program.once('close', (code) =>
        code === 0
          ? done(said)
          : failed(new Error(`takt ${args.join(' ')} ended with ${code ?? 'a signal'}`)),
      )
    })
  const { contexts } = JSON.parse(await cli('--json', 'site', 'contexts')) as {
    contexts: { id: string }[]
  }
  await cli('site', 'connect', contexts[0]?.id ?? 'fleet')
}
