import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { release } from 'node:os'
import { promisify } from 'node:util'
import open from 'open'
import type { Sessions } from '../../capabilities/sessions'
import { browserReach } from './browser-reach'
import { writeSignInFile } from './sign-in-file'

const PATIENCE_MS = 2000
/** The desktop file of the default browser, as xdg-utils tell it. */
const defaultBrowser = () =>
  promisify(execFile)('xdg-settings', ['get', 'default-web-browser'], {
    timeout: PATIENCE_MS,
  }).then(
    ({ stdout }) => stdout.trim() || undefined,
    () => undefined,
  )

export interface BrowserOpening {
  folder: string
  address: string
  sessions: Sessions
  env: Record<string, string | undefined>
  print: (line: string) => void
}
/** Opens a browser on a private file that signs it in, where it could read one; says otherwise why the address has to be opened by hand. The answer takes the file away. */
export async function openBrowser({
  folder,
  address,
  sessions,
  env,
  print,
}: BrowserOpening): Promise<() => Promise<void>> {
  const reach = browserReach({
    env,
    platform: process.platform,
    release: release(),
    defaultBrowser: process.platform === 'linux' ? await defaultBrowser() : undefined,
    exists: existsSync,
  })
  if (!reach.opens) {
    if (reach.why) print(`${reach.why} Open the address above yourself; it works once.`)
    return () => Promise.resolve()
  }
  const { origin, searchParams } = new URL(address)
  const token = searchParams.get('token') ?? ''
  const file = await writeSignInFile(folder, { origin, token })
  // As soon as its token lets nobody in, the file has nothing left to say.
  const stop = sessions.onChange(() => {
    if (sessions.refusalOf(token)) void done()
  })
  const done = () => {
    stop()
    return file.remove()
  }
  await open(file.url).catch(() =>
    print('No browser could be opened: open the address above yourself.'),
  )
  return done
}
