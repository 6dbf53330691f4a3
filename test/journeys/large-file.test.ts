import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page, WebSocketRoute } from 'playwright'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { MOST_UPLOAD_BYTES, UPLOAD_PIECE_BYTES } from '../../preload/contract/limits'
import { launchBrowser } from '../support/browser'
import { widened, writeBundle } from '../support/drift-bundle'
import { startHost, type RunningHost } from '../support/host'

const folder = mkdtempSync(join(tmpdir(), 'takt-large-file-'))
let browser: Browser, host: RunningHost, page: Page, small: Buffer
/** The way between page and core: it may be held after so many pieces, and cut. */
let way: { passes: number; release(): void; cut(): void }

beforeAll(async () => {
  small = readFileSync(await writeBundle(folder, 'small'))
  browser = await launchBrowser()
  host = await startHost()
  page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage()
  way = await follow(page)
  await page.goto(host.address)
  await page.getByRole('button', { name: /Open a bundle/ }).waitFor()
})
afterAll(async () => {
  await browser?.close()
  await host?.stop()
  rmSync(folder, { recursive: true, force: true })
})
beforeEach(async () => {
  await page.evaluate(() => {
    location.hash = '#/drift'
  })
  await page.locator('.drift-drop').waitFor()
})
afterEach(() => way.release())

async function follow(of: Page) {
  let held: (() => void)[] = []
  let socket: WebSocketRoute | undefined
  const state = {
    passes: Number.POSITIVE_INFINITY,
    release() {
      state.passes = Number.POSITIVE_INFINITY
      for (const send of held.splice(0)) send()
    },
    cut() {
      held = []
      state.passes = Number.POSITIVE_INFINITY
      void socket?.close()
    },
  }
  await of.routeWebSocket(/\/rpc$/, (route) => {
    const server = route.connectToServer()
    socket = server
    route.onMessage((message) => {
      if (message.length < UPLOAD_PIECE_BYTES / 2 || state.passes-- > 0) return server.send(message)
      held.push(() => server.send(message))
    })
  })
  return state
}
/** A file of a name and size is dropped; the page makes the hole in it itself. */
async function drop(name: string, size: number) {
  const [head, hole, tail] = widened(small, size)
  const transfer = await page.evaluateHandle(
    ({ called, length, ends }) => {
      const [first = new Uint8Array(), last = new Uint8Array()] = ends.map((text) =>
        Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)),
      )
      const made = new DataTransfer()
      made.items.add(new File([first, new Uint8Array(length), last], called))
      return made
    },
    { called: name, length: hole, ends: [head.toString('base64'), tail.toString('base64')] },
  )
  await page.dispatchEvent('.drift-drop', 'drop', { dataTransfer: transfer })
}
const shown = (name: string) => page.locator('.page-head b', { hasText: name }).waitFor()
const onItsWay = (name: string) => page.getByRole('group', { name: `${name} on its way` })
const kept = () => {
  try {
    return readdirSync(join(host.store, 'uploads'))
  } catch {
    return []
  }
}

test('a bundle of 5 MB that is dropped goes up in pieces, says how far it is, and opens', async () => {
  way.passes = 2
  await drop('five.takt', 5 * UPLOAD_PIECE_BYTES)
  await onItsWay('five.takt').getByText('2.1 MB of 5.2 MB · 40 %').waitFor()
  expect(await page.getByRole('progressbar').getAttribute('aria-valuenow')).toBe('40')
  if (process.env['TAKT_PICTURES'])
    await page.screenshot({ path: join(process.env['TAKT_PICTURES'], 'uploading.png') })
  way.release()
  await shown('five.takt')
  expect(kept()).toEqual([])
})
test('one that is cancelled half-way opens nothing and leaves nothing', async () => {
  way.passes = 2
  await drop('cancelled.takt', 5 * UPLOAD_PIECE_BYTES)
  await onItsWay('cancelled.takt').getByText('40 %').waitFor()
  expect(kept()).toHaveLength(1)
  await onItsWay('cancelled.takt').getByRole('button', { name: 'Cancel' }).click()
  await onItsWay('cancelled.takt').waitFor({ state: 'detached' })
  await expect.poll(kept).toEqual([])
  expect(await page.locator('.drift-trouble').count()).toBe(0)
})
test('a connection that is cut half-way is gone on with', async () => {
  way.passes = 3
  await drop('cut.takt', 5 * UPLOAD_PIECE_BYTES)
  await onItsWay('cut.takt').getByText('60 %').waitFor()
  way.cut()
  await shown('cut.takt')
})
test('a core that dies half-way is sent the file anew', async () => {
  way.passes = 3
  await drop('anew.takt', 5 * UPLOAD_PIECE_BYTES)
  await onItsWay('anew.takt').getByText('60 %').waitFor()
  process.kill(host.pid(), 'SIGKILL')
  way.cut()
  await shown('anew.takt')
})
test('one of 64 MB that is chosen goes up whole; one byte more is refused with both sizes', async () => {
  const file = join(folder, 'largest.takt')
  const [head, hole, tail] = widened(small, MOST_UPLOAD_BYTES)
  writeFileSync(file, Buffer.concat([head, Buffer.alloc(hole), tail]))
  await page.getByRole('button', { name: 'Open a bundle…' }).first().click()
  await page.getByLabel('Choose a file').setInputFiles(file)
  await shown('largest.takt')
  await drop('larger.takt', MOST_UPLOAD_BYTES + 3_000_000)
  await page
    .getByText('larger.takt has 70.1 MB, and at most 67.1 MB are taken from a page.')
    .waitFor()
  expect(kept()).toEqual([])
})
