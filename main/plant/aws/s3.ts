import type { Answered, Asked } from './ask'
import { AwsError } from './refusal'
import {
  answerXml,
  bodyOf,
  bytesOf,
  iso,
  metadataOf,
  written,
  type InBucket,
  type Shelf,
} from './s3-objects'
import { multipart } from './s3-parts'
import type { BucketState, ObjectState } from './state'
import type { Xml } from './xml'

/** The S3 API with the bucket in the path. */
export function s3(shelf: Shelf, ask: Asked): Answered {
  const [, name = '', ...rest] = ask.url.pathname.split('/')
  const key = atBranch(shelf, rest.map(decodeURIComponent).join('/'))
  if (name === '')
    return answerXml('ListAllMyBucketsResult', {
      Owner: { ID: '0' },
      Buckets: {
        'Bucket[]': Object.entries(shelf.buckets).map(([Name, { createdAt }]) => ({
          Name,
          CreationDate: iso(createdAt),
        })),
      },
    })
  const bucket = shelf.buckets[name]
  if (key === '' && ask.method === 'PUT' && !ask.url.searchParams.has('versioning'))
    return createBucket(shelf, name)
  if (!bucket) throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', 404)
  const at: InBucket = { shelf, bucket, name, key, ask }
  return key === '' ? ofBucket(at) : (multipart(at) ?? ofObject(at))
}
// The building's store fronts a versioned lake: a commit is read like the branch it was made on.
const atBranch = ({ region }: Shelf, path: string) =>
  region === 'oslo' ? path.replace(/^[0-9a-f]{12}(?=\/)/, 'main') : path
function createBucket(shelf: Shelf, name: string): Answered {
  if (shelf.buckets[name])
    throw new AwsError(
      'BucketAlreadyOwnedByYou',
      'Your previous request to create the named bucket succeeded and you already own it.',
      409,
    )
  shelf.buckets[name] = {
    createdAt: shelf.now(),
    region: shelf.region,
    versioned: true,
    objects: {},
    uploads: {},
  }
  return { headers: { location: `/${name}` } }
}

function ofBucket(at: InBucket): Answered {
  const {
    bucket,
    name,
    shelf,
    ask: {
      method,
      url: { searchParams: query },
    },
  } = at
  if (method === 'HEAD') return { headers: { 'x-amz-bucket-region': bucket.region } }
  if (method === 'DELETE') {
    if (Object.keys(bucket.objects).length > 0)
      throw new AwsError('BucketNotEmpty', 'The bucket you tried to delete is not empty', 409)
    delete shelf.buckets[name]
    return { status: 204 }
  }
  if (query.has('versioning'))
    return answerXml('VersioningConfiguration', bucket.versioned ? { Status: 'Enabled' } : {})
  if (query.has('location')) return answerXml('LocationConstraint', {})
  if (query.has('uploads'))
    return answerXml('ListMultipartUploadsResult', {
      Bucket: name,
      IsTruncated: false,
      'Upload[]': Object.entries(bucket.uploads).map(([UploadId, { key, startedAt }]) => ({
        Key: key,
        UploadId,
        Initiated: iso(startedAt),
        StorageClass: 'STANDARD',
      })),
    })
  const prefix = atBranch(shelf, query.get('prefix') ?? '')
  const keys = Object.keys(bucket.objects)
    .filter((key) => key.startsWith(prefix))
    .sort()
  if (query.has('versions'))
    return answerXml('ListVersionsResult', {
      Name: name,
      Prefix: prefix,
      IsTruncated: false,
      'Version[]': keys.map((key) => ({
        ...entry(bucket, key),
        VersionId: bucket.objects[key]?.version,
        IsLatest: true,
      })),
    })
  return list(at, keys, prefix)
}
const entry = ({ objects }: BucketState, key: string): Xml => {
  const object = objects[key]
  return {
    Key: key,
    LastModified: iso(object?.modifiedAt ?? 0),
    ETag: `"${object?.etag ?? ''}"`,
    Size: object?.size,
    StorageClass: 'STANDARD',
  }
}
function list(
  {
    bucket,
    name,
    ask: {
      url: { searchParams: query },
    },
  }: InBucket,
  keys: string[],
  prefix: string,
): Answered {
  const wanted = query.get('prefix') ?? ''
  const asked = (key: string) => wanted + key.slice(prefix.length)
  const most = Number(query.get('max-keys') ?? 1000)
  const after = Buffer.from(query.get('continuation-token') ?? '', 'base64').toString()
  const left = after === '' ? keys : keys.filter((key) => key > after)
  const page = left.slice(0, most)
  const more = left.length > page.length
  return answerXml('ListBucketResult', {
    Name: name,
    Prefix: prefix,
    MaxKeys: most,
    KeyCount: page.length,
    IsTruncated: more,
    NextContinuationToken: more ? Buffer.from(page.at(-1) ?? '').toString('base64') : undefined,
    'Contents[]': page.map((key) => ({ ...entry(bucket, key), Key: asked(key) })),
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
  const headers = headersOf(object)
  // A checksum is told only for whole objects: that of a part would be another one.
  const sum = {
    'x-amz-checksum-sha256': Buffer.from(object.sha256, 'hex').toString('base64'),
    'x-amz-checksum-type': 'FULL_OBJECT',
  }
  if (ask.method === 'HEAD')
    return {
      headers: { ...headers, ...(ask.headers['x-amz-checksum-mode'] === 'ENABLED' && sum) },
      length: object.size,
    }
  const range = /^bytes=(\d+)-(\d*)$/.exec(ask.headers['range'] ?? '')
  return range
    ? ranged(object, headers, [range[1] ?? '0', range[2] ?? ''])
    : { headers: { ...headers, ...(object.bytes !== undefined && sum) }, body: bytesOf(object) }
}
const headersOf = (object: ObjectState): Record<string, string> => ({
  etag: `"${object.etag}"`,
  'last-modified': new Date(object.modifiedAt).toUTCString(),
  'content-type': 'application/octet-stream',
  'accept-ranges': 'bytes',
  'x-amz-version-id': object.version,
  ...Object.fromEntries(
    Object.entries(object.metadata ?? {}).map(([name, value]) => [`x-amz-meta-${name}`, value]),
  ),
})
function ranged(
  object: ObjectState,
  headers: Record<string, string>,
  [from, to]: [from: string, to: string],
): Answered {
  const end = Math.min(to === '' ? object.size : Number(to) + 1, object.size)
  if (Number(from) >= object.size)
    throw new AwsError('InvalidRange', 'The requested range is not satisfiable', 416)
  return {
    status: 206,
    headers: {
      ...headers,
      'content-range': `bytes ${from}-${String(end - 1)}/${String(object.size)}`,
    },
    body: bytesOf(object, Number(from), end),
  }
}

function put({ bucket, key, ask, shelf }: InBucket): Answered {
  if (ask.headers['if-none-match'] === '*' && bucket.objects[key])
    throw new AwsError(
      'PreconditionFailed',
      'At least one of the pre-conditions you specified did not hold',
      412,
    )
  const source = ask.headers['x-amz-copy-source']
  if (source !== undefined) {
    const [, from = '', ...path] = `/${decodeURIComponent(source).replace(/^\//, '')}`.split('/')
    const object = shelf.buckets[from]?.objects[path.join('/')]
    if (!object) throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404)
    bucket.objects[key] = { ...object, modifiedAt: shelf.now() }
    return answerXml('CopyObjectResult', {
      ETag: `"${object.etag}"`,
      LastModified: iso(shelf.now()),
    })
  }
  const object = written(bodyOf(ask), { now: shelf.now(), metadata: metadataOf(ask) })
  bucket.objects[key] = object
  return {
    headers: {
      etag: `"${object.etag}"`,
      'x-amz-version-id': object.version,
      'x-amz-checksum-sha256': Buffer.from(object.sha256, 'hex').toString('base64'),
    },
  }
}
