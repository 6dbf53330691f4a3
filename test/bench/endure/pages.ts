import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { createRouterClient } from '@orpc/server'
import { z } from 'zod'
import { compose } from '../../../main/compose'
import { startWebHost } from '../../../main/hosts/web/host'
import { seeded } from '../../../main/kernel/random'
import { systemClock } from '../../../main/platform/clock/system'
import { launchBrowser, setup } from '../../support/browser'

/** Names the part that the bench's own program plays when it is started as the core. */
export const CORE = 'TAKT_BENCH_CORE'
const root = process.env['TAKT_ROOT'] ?? process.cwd()
const LIVE = '.map-body[data-live="true"]'
const COLLECTIONS = 4
const Answer = z.object({
  address: z.string().optional(),
  residentMb: z.number().optional(),
  heapMb: z.number().optional(),
})

/** A core with the plant and a web host, in a process whose memory can be collected and read; never returns. */
export async function serveCore(folder: string): Promise<void> {
  const core = await compose({
    storeDir: join(folder, 'store'),
    host: 'web',
    version: '0.0.0',
    env: { KUBECONFIG: join(folder, 'none') },
    clock: systemClock,
    random: seeded(1),
  })
  await core.started
  await createRouterClient(core.router).sites.openPlant()
  const host = await startWebHost(core.router, { pageRoot: join(root, 'out/renderer') })
  process.on('message', (asked) => {
    if (asked === 'address') process.send?.({ address: host.address() })
    if (asked !== 'memory') return
    for (let round = 0; round < COLLECTIONS; round++) globalThis.gc?.()
    const { rss, heapUsed } = process.memoryUsage()
    process.send?.({ residentMb: rss / 2 ** 20, heapMb: heapUsed / 2 ** 20 })
  })
  process.once('disconnect', () => process.exit(0))
  process.send?.({})
}

async function ask(core: ChildProcess, what: 'address' | 'memory') {
  core.send(what)
  const [answer] = (await once(core, 'message')) as [unknown]
  return Answer.parse(answer)
}

export interface Reading {
  opened: number
  residentMb: number
  heapMb: number
}

/** Opens and closes the page in a real Chromium, and reads the core's memory after a forced collection on the way. */
export async function openAgainAndAgain({
  base,
  times,
  until,
}: {
  base: string
  times: number
  until: number
}): Promise<Reading[]> {
  const core = fork(process.argv[1] ?? '', [mkdtempSync(join(base, 'pages-'))], {
    env: { ...process.env, [CORE]: '1' },
    execArgv: ['--expose-gc'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  await once(core, 'message')
  await setup()
  const browser = await launchBrowser()
  const readings: Reading[] = []
  const read = async (opened: number) => {
    const { residentMb = Number.NaN, heapMb = Number.NaN } = await ask(core, 'memory')
    readings.push({ opened, residentMb, heapMb })
  }
  const every = Math.max(1, Math.floor(times / 5))
  try {
    // The first page makes what every later one finds there.
    for (let opened = 0; opened <= times && performance.now() < until; opened++) {
      const { address = '' } = await ask(core, 'address')
      const context = await browser.newContext()
      const page = await context.newPage()
      await page.goto(address)
      await page.locator(LIVE).waitFor()
      await context.close()
      if (opened % every === 0) await read(opened)
    }
  } finally {
    await browser.close()
    core.disconnect()
  }
  return readings
}
