import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { HandClock } from '../../../../test/support/clock'
import { digestOf, placeOf, s3Versions } from './s3'

const xml = (name: string, inner: string) =>
  `<?xml version="1.0"?><${name} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${inner}</${name}>`
const version = (key: string, id: string, latest = true) =>
  `<Version><Key>${key}</Key><VersionId>${id}</VersionId><IsLatest>${latest}</IsLatest><Size>7</Size></Version>`
let server: Server, engine: string, versioning: string, status: number
const asked: string[] = []
beforeEach(async () => {
  versioning = 'Enabled'
  status = 200
  asked.length = 0
  process.env['AWS_ACCESS_KEY_ID'] = 'test'
  process.env['AWS_SECRET_ACCESS_KEY'] = 'test'
  server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://x')
    asked.push(`${request.method ?? ''} ${url.pathname}${url.search}`)
    response.writeHead(status, { 'content-type': 'application/xml' })
    if (status !== 200)
      return void response.end(xml('Error', '<Code>AccessDenied</Code><Message>no</Message>'))
    if (url.searchParams.has('versioning'))
      return void response.end(
        xml('VersioningConfiguration', versioning && `<Status>${versioning}</Status>`),
      )
    const second = url.searchParams.get('key-marker') === 'b'
    response.end(
      xml(
        'ListVersionsResult',
        second
          ? `${version('c', '3')}<IsTruncated>false</IsTruncated>`
          : `${version('b', '2')}${version('b', '1', false)}${version('a', '9')}<IsTruncated>true</IsTruncated><NextKeyMarker>b</NextKeyMarker><NextVersionIdMarker>1</NextVersionIdMarker>`,
      ),
    )
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  engine = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(
  () =>
    new Promise((closed) => {
      server.closeAllConnections()
      server.close(closed)
    }),
)
const ask = (uri = 's3://calls/2026/') =>
  s3Versions(new HandClock(Date.parse('2026-11-18T14:32:00Z')))({ uri, engine })

describe('the version manifest of a prefix', () => {
  test('names the instant, counts the current objects of every page and proves them by a digest; reads no object', async () => {
    const { sha256 } = digestOf([
      { Key: 'a', VersionId: '9', Size: 7, IsLatest: true },
      { Key: 'b', VersionId: '2', Size: 7, IsLatest: true },
      { Key: 'c', VersionId: '3', Size: 7, IsLatest: true },
    ])
    expect(await ask()).toEqual({
      ok: true,
      value: `s3://calls/2026/?as-of=2026-11-18T14:32:00Z&objects=3&sha256=${sha256}`,
    })
    expect(
      asked.every((line) => line.startsWith('GET /calls/?') || line.startsWith('GET /calls?')),
    ).toBe(true)
  })
  test('a bucket that keeps no versions cannot be pointed at, and says so', async () => {
    versioning = ''
    expect(await ask()).toMatchObject({
      ok: false,
      failure: { code: 'NOT_SUPPORTED_HERE', data: { says: 'the bucket calls keeps no versions' } },
    })
  })
  test('a refusal is told by its name, without what the server said', async () => {
    status = 403
    const refused = await ask()
    expect(refused).toMatchObject({ ok: false, failure: { code: 'NOT_SUPPORTED_HERE' } })
    expect(JSON.stringify(refused)).toContain('AccessDenied')
  })
  test('the digest does not depend on the order, and does on every version', () => {
    const [a, b] = [
      { Key: 'a', VersionId: '1', Size: 1, IsLatest: true },
      { Key: 'b', VersionId: '1', Size: 1, IsLatest: true },
    ]
    expect(digestOf([a, b])).toEqual(digestOf([b, a]))
    expect(digestOf([a, b]).sha256).not.toBe(digestOf([a, { ...b, VersionId: '2' }]).sha256)
  })
  test.each([
    ['s3://bucket/some/prefix', { bucket: 'bucket', prefix: 'some/prefix' }],
    ['s3://bucket', { bucket: 'bucket', prefix: '' }],
    ['https://elsewhere', undefined],
  ])('%s', (uri, place) => expect(placeOf({ uri })).toEqual(place))
})
