import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { hexOf } from '../controllers/objects'
import type { Answered, Asked } from './ask'
import { AwsError } from './refusal'
import { multipart } from './s3-parts'
import type { BucketState, ObjectState } from './state'
import { xml, type Xml } from './xml'

export const S3_NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/'
const KEPT_BYTES = 1024 * 1024
const iso = (ms: number) => new Date(ms).toISOString()
export const answerXml = (root: string, content: Xml): Answered => ({ headers: { 'content-type': 'application/xml' }, body: xml(root, S3_NAMESPACE, content) })

/** The buckets of one object store: the account's, or the building's own. */
export interface Shelf { buckets: Record<string, BucketState>; now(): number; region: string }
export interface InBucket { shelf: Shelf; bucket: BucketState; name: string; key: string; ask: Asked }

/** The bytes of an object: what was written, or a pattern where only the size is kept. */
export function bytesOf({ size, etag, bytes }: ObjectState, from = 0, to = size): Buffer {
  if (bytes !== undefined) return Buffer.from(bytes, 'base64').subarray(from, to)
  const pattern = Buffer.from(etag.padEnd(32, '0'))
  return Buffer.from(Array.from({ length: Math.min(to - from, 64 * 1024 * 1024) }, (_unused, index) => pattern[(from + index) % 32] ?? 0))
}
export function written(body: Buffer, at: { now: number; metadata: Record<string, string> }): ObjectState {
  const sha256 = createHash('sha256').update(body).digest('hex')
  return {
    size: body.length, etag: createHash('md5').update(body).digest('hex'), sha256, modifiedAt: at.now, version: hexOf(`${sha256}${String(at.now)}`, 32),
    ...(body.length <= KEPT_BYTES && { bytes: body.toString('base64') }), ...(Object.keys(at.metadata).length > 0 && { metadata: at.metadata }),
  }
}
export const metadataOf = ({ headers }: Asked): Record<string, string> => Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('x-amz-meta-')).map(([name, value]) => [name.slice(11), value]))

/** What was sent, without the frames of a chunked upload, its checksum proved. */
export function bodyOf({ headers, body }: Asked): Buffer {
  const plain = (headers['content-encoding'] ?? '').includes('aws-chunked') || (headers['x-amz-content-sha256'] ?? '').startsWith('STREAMING-') ? unframed(body) : body
  const told = headers['x-amz-checksum-sha256']
  if (told !== undefined && createHash('sha256').update(plain).digest('base64') !== told) throw new AwsError('BadDigest', 'The SHA256 you specified did not match the calculated checksum.')
  const crc = headers['x-amz-checksum-crc32']
  if (crc !== undefined) {
    const calculated = Buffer.alloc(4)
    calculated.writeUInt32BE(crc32(plain))
    if (calculated.toString('base64') !== crc) throw new AwsError('BadDigest', 'The CRC32 you specified did not match the calculated checksum.')
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

/** The S3 API with the bucket in the path. */
export function s3(shelf: Shelf, ask: Asked): Answered {
  const [, name = '', ...rest] = ask.url.pathname.split('/')
  const key = rest.map(decodeURIComponent).join('/')
  if (name === '') return answerXml('ListAllMyBucketsResult', { Owner: { ID: '0' }, Buckets: { 'Bucket[]': Object.entries(shelf.buckets).map(([Name, { createdAt }]) => ({ Name, CreationDate: iso(createdAt) })) } })
  const bucket = shelf.buckets[name]
  if (key === '' && ask.method === 'PUT' && !ask.url.searchParams.has('versioning')) return createBucket(shelf, name)
  if (!bucket) throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', 404)
  const at: InBucket = { shelf, bucket, name, key, ask }
  return key === '' ? ofBucket(at) : multipart(at) ?? ofObject(at)
}
function createBucket(shelf: Shelf, name: string): Answered {
  if (shelf.buckets[name]) throw new AwsError('BucketAlreadyOwnedByYou', 'Your previous request to create the named bucket succeeded and you already own it.', 409)
  shelf.buckets[name] = { createdAt: shelf.now(), region: shelf.region, versioned: true, objects: {}, uploads: {} }
  return { headers: { location: `/${name}` } }
}

function ofBucket(at: InBucket): Answered {
  const { bucket, name, shelf, ask: { method, url: { searchParams: query } } } = at
  if (method === 'HEAD') return { headers: { 'x-amz-bucket-region': bucket.region } }
  if (method === 'DELETE') {
    if (Object.keys(bucket.objects).length > 0) throw new AwsError('BucketNotEmpty', 'The bucket you tried to delete is not empty', 409)
    delete shelf.buckets[name]
    return { status: 204 }
  }
  if (query.has('versioning')) return answerXml('VersioningConfiguration', bucket.versioned ? { Status: 'Enabled' } : {})
  if (query.has('location')) return answerXml('LocationConstraint', {})
  if (query.has('uploads')) return answerXml('ListMultipartUploadsResult', { Bucket: name, IsTruncated: false, 'Upload[]': Object.entries(bucket.uploads).map(([UploadId, { key, startedAt }]) => ({ Key: key, UploadId, Initiated: iso(startedAt), StorageClass: 'STANDARD' })) })
  const prefix = query.get('prefix') ?? ''
  const keys = Object.keys(bucket.objects).filter((key) => key.startsWith(prefix)).sort()
  if (query.has('versions')) return answerXml('ListVersionsResult', { Name: name, Prefix: prefix, IsTruncated: false, 'Version[]': keys.map((key) => ({ ...entry(bucket, key), VersionId: bucket.objects[key]?.version, IsLatest: true })) })
  return list(at, keys, prefix)
}
const entry = ({ objects }: BucketState, key: string): Xml => {
  const object = objects[key]
  return { Key: key, LastModified: iso(object?.modifiedAt ?? 0), ETag: `"${object?.etag ?? ''}"`, Size: object?.size, StorageClass: 'STANDARD' }
}
function list({ bucket, name, ask: { url: { searchParams: query } } }: InBucket, keys: string[], prefix: string): Answered {
  const most = Number(query.get('max-keys') ?? 1000)
  const after = Buffer.from(query.get('continuation-token') ?? '', 'base64').toString()
  const left = after === '' ? keys : keys.filter((key) => key > after)
  const page = left.slice(0, most)
  const more = left.length > page.length
  return answerXml('ListBucketResult', {
    Name: name, Prefix: prefix, MaxKeys: most, KeyCount: page.length, IsTruncated: more, NextContinuationToken: more ? Buffer.from(page.at(-1) ?? '').toString('base64') : undefined, 'Contents[]': page.map((key) => entry(bucket, key)),
  })
}

function ofObject(at: InBucket): Answered {
  const { bucket, key, ask } = at
  if (ask.method === 'PUT') return put(at)
  if (ask.method === 'DELETE') {
    delete bucket.objects[key]
    return { status: 204 }
  }
  const object = bucket.objects[key]
  if (!object) throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404)
  const headers = {
    etag: `"${object.etag}"`, 'last-modified': new Date(object.modifiedAt).toUTCString(), 'content-type': 'application/octet-stream', 'accept-ranges': 'bytes', 'x-amz-version-id': object.version,
    ...Object.fromEntries(Object.entries(object.metadata ?? {}).map(([name, value]) => [`x-amz-meta-${name}`, value])),
  }
  // A checksum is told only for whole objects: that of a part would be another one.
  const sum = { 'x-amz-checksum-sha256': Buffer.from(object.sha256, 'hex').toString('base64'), 'x-amz-checksum-type': 'FULL_OBJECT' }
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(ask.headers['range'] ?? '') ?? []
  if (ask.method === 'HEAD') return { headers: { ...headers, ...(ask.headers['x-amz-checksum-mode'] === 'ENABLED' && sum) }, length: object.size }
  if (from === undefined) return { headers: { ...headers, ...(object.bytes !== undefined && sum) }, body: bytesOf(object) }
  const end = Math.min(to === '' || to === undefined ? object.size : Number(to) + 1, object.size)
  if (Number(from) >= object.size) throw new AwsError('InvalidRange', 'The requested range is not satisfiable', 416)
  return { status: 206, headers: { ...headers, 'content-range': `bytes ${from}-${String(end - 1)}/${String(object.size)}` }, body: bytesOf(object, Number(from), end) }
}

function put({ bucket, key, ask, shelf }: InBucket): Answered {
  if (ask.headers['if-none-match'] === '*' && bucket.objects[key]) throw new AwsError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412)
  const source = ask.headers['x-amz-copy-source']
  if (source !== undefined) {
    const [, from = '', ...path] = `/${decodeURIComponent(source).replace(/^\//, '')}`.split('/')
    const object = shelf.buckets[from]?.objects[path.join('/')]
    if (!object) throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404)
    bucket.objects[key] = { ...object, modifiedAt: shelf.now() }
    return answerXml('CopyObjectResult', { ETag: `"${object.etag}"`, LastModified: iso(shelf.now()) })
  }
  const object = written(bodyOf(ask), { now: shelf.now(), metadata: metadataOf(ask) })
  bucket.objects[key] = object
  return { headers: { etag: `"${object.etag}"`, 'x-amz-version-id': object.version, 'x-amz-checksum-sha256': Buffer.from(object.sha256, 'hex').toString('base64') } }
}
