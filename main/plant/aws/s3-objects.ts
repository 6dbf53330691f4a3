import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { hexOf } from '../controllers/objects'
import type { Answered, Asked } from './ask'
import { AwsError } from './refusal'
import type { BucketState, ObjectState } from './state'
import { xml, type Xml } from './xml'

export const S3_NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/'
const KEPT_BYTES = 1024 * 1024
export const iso = (ms: number) => new Date(ms).toISOString()
export const answerXml = (root: string, content: Xml): Answered => ({
  headers: { 'content-type': 'application/xml' },
  body: xml(root, S3_NAMESPACE, content),
})

/** The buckets of one object store: the account's, or the building's own. */
export interface Shelf {
  buckets: Record<string, BucketState>
  now(): number
  region: string
}
export interface InBucket {
  shelf: Shelf
  bucket: BucketState
  name: string
  key: string
  ask: Asked
}

/** The bytes of an object: what was written, or a pattern where only the size is kept. */
export function bytesOf({ size, etag, bytes }: ObjectState, from = 0, to = size): Buffer {
  if (bytes !== undefined) return Buffer.from(bytes, 'base64').subarray(from, to)
  const pattern = Buffer.from(etag.padEnd(32, '0'))
  return Buffer.from(
    Array.from(
      { length: Math.min(to - from, 64 * 1024 * 1024) },
      (_unused, index) => pattern[(from + index) % 32] ?? 0,
    ),
  )
}
export function written(
  body: Buffer,
  at: { now: number; metadata: Record<string, string> },
): ObjectState {
  const sha256 = createHash('sha256').update(body).digest('hex')
  return {
    size: body.length,
    etag: createHash('md5').update(body).digest('hex'),
    sha256,
    modifiedAt: at.now,
    version: hexOf(`${sha256}${String(at.now)}`, 32),
    ...(body.length <= KEPT_BYTES && { bytes: body.toString('base64') }),
    ...(Object.keys(at.metadata).length > 0 && { metadata: at.metadata }),
  }
}
export const metadataOf = ({ headers }: Asked): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => name.startsWith('x-amz-meta-'))
      .map(([name, value]) => [name.slice(11), value]),
  )

/** What was sent, without the frames of a chunked upload, its checksum proved. */
export function bodyOf({ headers, body }: Asked): Buffer {
  const plain =
    (headers['content-encoding'] ?? '').includes('aws-chunked') ||
    (headers['x-amz-content-sha256'] ?? '').startsWith('STREAMING-')
      ? unframed(body)
      : body
  const told = headers['x-amz-checksum-sha256']
  if (told !== undefined && createHash('sha256').update(plain).digest('base64') !== told)
    throw new AwsError(
      'BadDigest',
      'The SHA256 you specified did not match the calculated checksum.',
    )
  const crc = headers['x-amz-checksum-crc32']
  if (crc !== undefined) {
    const calculated = Buffer.alloc(4)
    calculated.writeUInt32BE(crc32(plain))
    if (calculated.toString('base64') !== crc)
      throw new AwsError(
        'BadDigest',
        'The CRC32 you specified did not match the calculated checksum.',
      )
  }
  return plain
}
function unframed(body: Buffer): Buffer {
  const parts: Buffer[] = []
  for (let at = 0; at < body.length;) {
    const end = body.indexOf('\r\n', at)
    const length = Number.parseInt(body.subarray(at, end).toString().split(';')[0] ?? '', 16)
    if (end < 0 || !(length > 0)) break
    parts.push(body.subarray(end + 2, end + 2 + length))
    at = end + 2 + length + 2
  }
  return Buffer.concat(parts)
}
