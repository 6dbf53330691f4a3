import { createServer, type AddressInfo, type Socket } from 'node:net'
import { createServer as createHttpServer } from 'node:http'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'ldapts'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { s3Reader } from '../../main/capabilities/drift/adapters/s3'
import { trinoLake } from '../../main/capabilities/drift/adapters/trino'
import { fetchObjects } from '../../main/capabilities/drift/sources/objects'
import { boundLdap } from '../../main/capabilities/people/adapters/ldap-bound'
import { tryLdap } from '../../main/capabilities/people/adapters/ldap'
import { lakefsCommit } from '../../main/capabilities/snapshots/adapters/lakefs'
import { s3Versions } from '../../main/capabilities/snapshots/adapters/s3'
import { askAws, BoundedHandler } from '../../main/platform/aws'
import type { LdapSettings } from '../../preload/contract/people'
import { HandClock } from '../support/clock'
import { endlessServer } from '../support/endless'

const undo: (() => unknown)[] = []
afterEach(() => {
  for (const step of undo.splice(0)) step()
})
beforeEach(() => {
  process.env['AWS_ACCESS_KEY_ID'] = 'test'
  process.env['AWS_SECRET_ACCESS_KEY'] = 'test'
})
async function endless(begin?: string, everyMs?: number) {
  const server = await endlessServer({
    ...(begin !== undefined && { begin }),
    ...(everyMs !== undefined && { everyMs }),
  })
  undo.push(server.close)
  return server
}
/** A server that answers each request whole. */
async function answering(answer: (url: URL) => string) {
  const world = { asked: 0 }
  const server = createHttpServer((request, response) => {
    world.asked++
    response.writeHead(200, { 'content-type': 'application/xml' })
    response.end(answer(new URL(request.url ?? '/', 'http://x')))
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  undo.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return { world, url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}` }
}
const keys = { accessKeyId: 'test', secretAccessKey: 'test' }

describe('S3', () => {
  const where = { profile: 'x', region: 'eu-north-1', service: 'S3', action: 'ListObjectsV2' }
  async function list(endpoint: string, limits: { mostBytes: number; limitMs: number }) {
    const { ListObjectsV2Command, S3Client } = await import('@aws-sdk/client-s3')
    const client = new S3Client({
      ...{ endpoint, region: 'eu-north-1', forcePathStyle: true, credentials: keys },
      requestHandler: new BoundedHandler({}, limits),
    })
    undo.push(() => client.destroy())
    return askAws(() => client.send(new ListObjectsV2Command({ Bucket: 'b' })), where)
  }
  test.each([
    ['never ends', undefined, 2 ** 21, 60_000, 'did not end after 2 MB, and at most 2 MB are read'],
    ['drips', 5, 2 ** 21, 200, 'did not end within 0 s; 0 MB came until then'],
  ])('an answer that %s is let go', async (_what, everyMs, mostBytes, limitMs, says) => {
    const { url, world } = await endless('<?xml version="1.0"?><ListBucketResult>', everyMs)
    const answer = await list(url, { mostBytes, limitMs })
    expect(answer).toMatchObject({
      failure: { code: 'AWS_FAILED', data: { says: expect.stringContaining(says) as string } },
    })
    await expect.poll(() => world.open).toBe(0)
  })
  test('a listing that leads back to itself is given up', async () => {
    const { url, world } = await answering(
      () =>
        '<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><IsTruncated>true</IsTruncated><NextContinuationToken>again</NextContinuationToken></ListBucketResult>',
    )
    const reader = s3Reader({ endpoint: url, credentials: keys })
    await expect(reader.list('b', '')).rejects.toThrow('its list did not end after 2 pages')
    expect(world.asked).toBe(2)
  })
  test('versions that never end are no pointer, and the sentence says how much came', async () => {
    const { url } = await endless('<?xml version="1.0"?><VersioningConfiguration>')
    expect(
      await s3Versions(new HandClock())({ uri: 's3://calls/2026/', engine: url }),
    ).toMatchObject({
      failure: { data: { says: expect.stringContaining('at most 16 MB are read') as string } },
    })
  })
  test('an object that is longer than its listing said is not kept', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'takt-endless-'))
    undo.push(() => rmSync(folder, { recursive: true, force: true }))
    async function* content() {
      for (;;) {
        yield Buffer.alloc(65_536)
        await new Promise((later) => setImmediate(later))
      }
    }
    const fetched = await fetchObjects(
      {
        store: { folder } as never,
        objects: {
          list: () => Promise.resolve([{ key: 'rows.csv', size: 2 ** 20 }]),
          get: () => Promise.resolve(content()),
        },
      },
      's3://b/rows.csv',
    ).catch((error: unknown) => error)
    expect(JSON.stringify(fetched) + String(fetched)).toContain('at most 1 MB are read')
  })
})

test('a lakeFS server whose answer never ends is let go with its count', async () => {
  const { url } = await endless('{"results":[')
  expect(await lakefsCommit({ uri: 'lakefs://voice/main', engine: url } as never)).toMatchObject({
    failure: {
      data: { cause: 'its answer did not end after 4 MB, and at most 4 MB are read' },
    },
  })
})

describe('Trino', () => {
  const limits = { mostBytes: 2 ** 20, limitMs: 60_000 }
  const lake = (url: string) =>
    trinoLake({ url, catalog: 'iceberg', schema: 'loans', user: 'ada', limits })
  test('a page that never ends is let go with its count', async () => {
    const { url, world } = await endless('{"data":[["')
    await expect(lake(url).ask('SELECT 1')).rejects.toThrow('at most 1 MB are read')
    await expect.poll(() => world.open).toBe(0)
  })
  test('pages without end are given up once they are too much together', async () => {
    const data = [['x'.repeat(100_000)]]
    const { url, world } = await answering(({ pathname }) =>
      JSON.stringify({ data, nextUri: `${url}/v1/${String(Number(pathname.slice(4)) + 1 || 1)}` }),
    )
    await expect(lake(url).ask('SELECT 1')).rejects.toThrow('at most 1 MB are read')
    expect(world.asked).toBeLessThan(15)
  })
})

describe('a directory', () => {
  const length = (bytes: number) => Buffer.from([0x84, ...[24, 16, 8, 0].map((by) => bytes >> by)])
  const ber = (tag: number, ...parts: Uint8Array[]) => {
    const content = Buffer.concat(parts)
    return Buffer.concat([Buffer.from([tag]), length(content.length), content])
  }
  const OK = [ber(0x0a, Buffer.from([0])), ber(0x04), ber(0x04)]
  /** Lets everybody in, and answers a search with one entry after another. */
  const hear = (socket: Socket) => {
    let searching = false
    socket.on('error', () => undefined)
    socket.on('data', (request) => {
      // After the length of the whole, which may itself be several bytes, come the number of the message and what is asked.
      const head = 2 + ((request[1] ?? 0) > 0x80 ? (request[1] ?? 0) - 0x80 : 0)
      const [id = 0, operation] = request.subarray(head + 2)
      const message = (...parts: Uint8Array[]) => ber(0x30, ber(0x02, Buffer.from([id])), ...parts)
      if (operation === 0x60) socket.write(message(ber(0x61, ...OK)))
      if (operation !== 0x63 || searching) return
      searching = true
      const value = ber(0x04, Buffer.alloc(500_000, 'x'))
      const attribute = ber(0x30, ber(0x04, Buffer.from('cn')), ber(0x31, value))
      const entry = message(ber(0x64, ber(0x04, Buffer.from('cn=a')), ber(0x30, attribute)))
      const send = () => {
        if (socket.destroyed) return
        if (socket.write(entry)) setImmediate(send)
        else socket.once('drain', send)
      }
      send()
    })
  }
  async function listening(serve: (socket: Socket) => void) {
    const sockets: Socket[] = []
    const server = createServer((socket) => {
      sockets.push(socket)
      serve(socket)
    })
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
    undo.push(() => {
      for (const socket of sockets) socket.destroy()
      server.close()
    })
    return `ldap://127.0.0.1:${String((server.address() as AddressInfo).port)}`
  }
  const settings = (url: string) =>
    ({
      ...{ kind: 'ldap', url, startTls: false, bindName: 'cn=ada', baseDn: 'dc=example' },
      flavour: 'openldap',
    }) as unknown as LdapSettings
  test('whose entries never end is let go with its count', async () => {
    const url = await listening(hear)
    expect(
      await tryLdap({ settings: settings(url), password: 'x', trusted: () => [] }),
    ).toMatchObject({
      failure: {
        code: 'DIRECTORY_FAILED',
        data: { says: expect.stringContaining('at most 64 MB are read') as string },
      },
    })
  })
  test('that takes too long as a whole is let go', async () => {
    const url = await listening((socket) => socket.on('error', () => undefined))
    const client = new Client({ url })
    const bound = boundLdap(client, { mostBytes: 1000, limitMs: 50 })
    await expect(client.bind('cn=ada', 'x')).rejects.toThrow('did not end within')
    expect(bound.why()?.says).toContain('0 MB came until then')
    bound.end()
  })
})
