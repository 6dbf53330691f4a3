import { readFile, readdir } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
}

export interface PageFile {
  body: Buffer
  type: string
}

/**
 * The built page: an allow-list of the files found when the host started, so that no path in a request ever reaches the file system.
 * The entry page carries `%NONCE%` and `%SESSION%` where the host writes what is new in each answer.
 */
export async function loadPage(root: string): Promise<(path: string) => PageFile | undefined> {
  const files = new Map<string, PageFile>()
  const found = await readdir(root, { recursive: true, withFileTypes: true })
  await Promise.all(
    found
      .filter((file) => file.isFile() && extname(file.name) in TYPES)
      .map(async (file) => {
        const path = join(file.parentPath, file.name)
        const type = TYPES[extname(file.name)] ?? 'application/octet-stream'
        files.set(`/${relative(root, path).split(sep).join('/')}`, {
          body: await readFile(path),
          type,
        })
      }),
  )
  return (path) => files.get(path === '/' ? '/index.html' : path)
}

/** The file as it is served: pages carry a fresh nonce, and the session that a private file was exchanged for. */
export const withNonce = (
  file: PageFile,
  nonce: string,
  session = '',
): Uint8Array<ArrayBuffer> | string =>
  file.type.startsWith('text/html')
    ? file.body.toString().replaceAll('%NONCE%', nonce).replaceAll('%SESSION%', session)
    : new Uint8Array(file.body)
