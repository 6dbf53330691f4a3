import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { billOfMaterials, merged, refusal } from '../../resources/build/notices.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const components = join(root, 'out/third-party/components.json')

interface Component {
  name: string
  version: string
  identifier: string
  text?: string
  programs: string[]
}

describe('what is shipped of others', () => {
  test.each([
    ['MIT', true],
    ['(MIT OR CC0-1.0)', true],
    ['MIT AND ISC AND BSD-3-Clause', true],
    ['(GPL-3.0-only OR MIT)', true],
    ['GPL-3.0-only', false],
    ['MIT AND GPL-3.0-only', false],
    ['SEE LICENSE IN x.txt', false],
    ['', false],
  ])('a package under "%s" may be shipped: %s', (identifier, allowed) => {
    expect(refusal({ name: 'x', version: '1.0.0', identifier }) === undefined).toBe(allowed)
  })

  test('is listed once a version, with every program that holds it', () => {
    const zod = { name: 'zod', version: '4.0.0', identifier: 'MIT' }
    const all = merged({ core: [zod], page: [zod, { ...zod, version: '3.0.0' }] })
    expect(all.map(({ version, programs }) => [version, programs])).toEqual([
      ['3.0.0', ['page']],
      ['4.0.0', ['core', 'page']],
    ])
    expect(billOfMaterials(all, '0.1.0').components[1]).toMatchObject({
      purl: 'pkg:npm/zod@4.0.0',
      licenses: [{ license: { id: 'MIT' } }],
    })
  })

  test('names what each program bundles, DuckDB beside it and Electron, each with a licence', () => {
    expect(existsSync(components)).toBe(true)
    const all = JSON.parse(readFileSync(components, 'utf8')) as Component[]
    const programsOf = (name: string) => all.find((one) => one.name === name)?.programs
    expect(programsOf('react')).toEqual(['page'])
    expect(programsOf('ws')).toContain('core')
    expect(programsOf('@duckdb/node-api')).toEqual(['beside the programs'])
    expect(programsOf('electron')).toEqual(['desktop'])
    expect(all.length).toBeGreaterThan(100)
    expect(all.map(refusal).filter(Boolean)).toEqual([])
  })
})

/** What a registry says of one package: npm asks which of its versions an advisory covers. */
function packument(path: string) {
  const name = decodeURIComponent(path.slice(1))
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version: string } | undefined>
  }
  const version = lock.packages[`node_modules/${name}`]?.version ?? '1.0.0'
  return { name, 'dist-tags': { latest: version }, versions: { [version]: { name, version } } }
}

/** Runs the audit against an advisory source on this machine that knows one advisory, or that knows none of npm's calls. */
async function audit(answers: (sent: string) => unknown) {
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const body = Buffer.concat(parts)
      const sent = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body
      const answer =
        request.method === 'GET' ? packument(request.url ?? '') : answers(sent.toString())
      response.statusCode = answer === undefined ? 405 : 200
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(answer ?? {}))
    })
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const { port } = server.address() as AddressInfo
  const ran = await new Promise<{ code: number; out: string }>((done) =>
    execFile(
      process.execPath,
      [join(root, 'resources/build/audit.mjs')],
      { env: { ...process.env, TAKT_ADVISORIES: `http://127.0.0.1:${String(port)}/` } },
      (error, out) => done({ code: Number(error?.code ?? 0), out }),
    ),
  )
  server.close()
  return ran
}

describe('npm run audit', () => {
  const advisory = {
    id: 1,
    url: 'https://example.test/advisory',
    title: 'A frame can end the process',
    severity: 'high',
    vulnerable_versions: '<=99.0.0',
    cwe: [],
    cvss: { score: 7.5, vectorString: null },
  }

  test('fails on a package with an advisory and names it', async () => {
    const { code, out } = await audit((sent) => (sent.includes('"ws"') ? { ws: [advisory] } : {}))
    expect(out).toMatch(/high: ws .*A frame can end the process/)
    expect(code).toBe(1)
  })

  test('says so where no source answers', async () => {
    const { code, out } = await audit(() => undefined)
    expect(out).toContain('Nothing was checked: no advisory source answered')
    expect(code).toBe(0)
  })
})
