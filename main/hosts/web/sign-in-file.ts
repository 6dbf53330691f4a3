import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const PREFIX = 'sign-in-'
export interface SignInFile {
  /** What a browser is started with: it names a file, and says nothing that lets anybody in. */
  url: string
  remove(): Promise<void>
}

/** A page that posts a one-time token to the host, readable by its owner only: a browser's arguments are readable by all. */
export async function writeSignInFile(
  folder: string,
  { origin, token }: { origin: string; token: string },
): Promise<SignInFile> {
  // Made anew with mode 0700 and a name nobody can have prepared.
  const own = await mkdtemp(join(folder, PREFIX))
  const file = join(own, 'open-takt.html')
  await writeFile(file, pageOf(origin, token), { mode: 0o600, flag: 'wx' })
  return {
    url: pathToFileURL(file).href,
    remove: () => rm(own, { recursive: true, force: true }),
  }
}
/** Takes away what hosts left that were killed. */
export async function removeOldSignInFiles(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => [])
  await Promise.all(
    names
      .filter((name) => name.startsWith(PREFIX))
      .map((name) => rm(join(folder, name), { recursive: true, force: true })),
  )
}
const pageOf = (origin: string, token: string) => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<title>Opening Takt</title>
<form method="post" action="${origin}/">
<input type="hidden" name="token" value="${token}">
<p>Takt is being opened. <button>Open Takt</button></p>
</form>
<script>document.forms[0].submit()</script>
</html>
`
