import { createServer, type Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import type { Browser } from 'playwright'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { succeed } from '../../main/kernel/outcome'
import { launchBrowser } from '../support/browser'
import { anEnvironment, aTool } from '../support/builders/records'
import { aLine, playPod } from '../support/fakes/line'

/** As many as a page of JupyterLab loads before its first cell can run. */
const FILES = 200
/** What a connection to a pod of another city costs before its first byte: a name, TLS, an upgrade. */
const DIAL_MS = 60
const PAGE = `<!doctype html><title>Files</title><p id="count">0</p><script>
let count = 0
for (let n = 0; n < ${String(FILES)}; n++) {
  const script = document.createElement('script')
  script.src = '/static/' + n + '.js'
  script.onload = () => { document.getElementById('count').textContent = String(++count) }
  document.head.append(script)
}
</script>`

let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

let image: Server, line: ReturnType<typeof aLine>, url: string
let dials = 0
beforeEach(async () => {
  dials = 0
  image = createServer(({ url: path = '' }, response) => {
    const isFile = path.startsWith('/static/')
    response.setHeader('content-type', isFile ? 'text/javascript' : 'text/html')
    response.end(isFile ? `/* ${'x'.repeat(2_000)} */` : PAGE)
  })
  await new Promise<void>((ready) => image.listen(0, '127.0.0.1', ready))
  const ref = { namespace: 'voice', name: 'voice-nb' }
  line = aLine([aTool(), anEnvironment('voice-nb')])
  line.kube.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'voice' } })
  playPod(line.kube, ref)
  line.kube.connect = async () => {
    dials++
    await new Promise((later) => setTimeout(later, DIAL_MS))
    return succeed(connect({ host: '127.0.0.1', port: (image.address() as AddressInfo).port }))
  }
  const forward = await line.environments.forwards.open(ref)
  if (!forward.ok) throw new Error(forward.failure.code)
  url = forward.value.url
  dials = 0
})
afterEach(() => {
  line.environments.forwards.closeAll()
  image.close()
  image.closeAllConnections()
})

test('a page of two hundred files takes no more connections to its pod than the browser has to it', async () => {
  const context = await browser.newContext()
  const page = await context.newPage()
  try {
    await page.goto(url)
    await page.locator('#count', { hasText: String(FILES) }).waitFor()
    const loadedMs = await page.evaluate(() =>
      Math.round(
        Math.max(
          ...performance
            .getEntriesByType('resource')
            .map((entry) => (entry as PerformanceResourceTiming).responseEnd),
        ),
      ),
    )
    // Six to one host, and the one that the page itself came over.
    expect({ dials, loadedMs }).toMatchObject({ dials: expect.toSatisfy((n) => n <= 7) as number })
    if (process.env['TAKT_FIGURES'])
      process.stdout.write(
        `${String(FILES)} files: ${String(loadedMs)} ms, ${String(dials)} dials\n`,
      )
  } finally {
    await context.close()
  }
})
