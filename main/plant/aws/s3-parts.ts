import { createHash } from 'node:crypto'
import { hexOf } from '../controllers/objects'
import type { Answered } from './ask'
import { AwsError } from './refusal'
import { answerXml, bodyOf, metadataOf, type InBucket } from './s3-objects'
import type { ObjectState } from './state'

/** Uploads in parts; undefined where the request is about something else. */
export function multipart(at: InBucket): Answered | undefined {
  const {
    bucket,
    name,
    key,
    ask: {
      method,
      url: { searchParams: query },
    },
  } = at
  if (method === 'POST' && query.has('uploads')) return begin(at)
  const id = query.get('uploadId')
  if (id === null) return undefined
  const upload = bucket.uploads[id]
  if (!upload || upload.key !== key)
    throw new AwsError(
      'NoSuchUpload',
      'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
      404,
    )
  if (method === 'DELETE') {
    delete bucket.uploads[id]
    return { status: 204 }
  }
  if (method === 'GET')
    return answerXml('ListPartsResult', {
      Bucket: name,
      Key: key,
      UploadId: id,
      IsTruncated: false,
      'Part[]': Object.entries(upload.parts).map(([PartNumber, { size, etag }]) => ({
        PartNumber,
        Size: size,
        ETag: `"${etag}"`,
      })),
    })
  return method === 'PUT' ? part(at, id) : complete(at, id)
}

function begin({ bucket, name, key, ask, shelf }: InBucket): Answered {
  const id = hexOf(
    `${name}/${key}${String(shelf.now())}${String(Object.keys(bucket.uploads).length)}`,
    32,
  )
  bucket.uploads[id] = { key, startedAt: shelf.now(), parts: {}, metadata: metadataOf(ask) }
  return answerXml('InitiateMultipartUploadResult', { Bucket: name, Key: key, UploadId: id })
}
function part({ bucket, ask }: InBucket, id: string): Answered {
  const bytes = bodyOf(ask)
  const etag = createHash('md5').update(bytes).digest('hex')
  const upload = bucket.uploads[id]
  if (upload)
    upload.parts[ask.url.searchParams.get('partNumber') ?? '1'] = {
      size: bytes.length,
      etag,
      bytes: bytes.toString('base64'),
    }
  return { headers: { etag: `"${etag}"` } }
}
function complete({ bucket, name, key, ask, shelf }: InBucket, id: string): Answered {
  const upload = bucket.uploads[id]
  const told = [...ask.body.toString().matchAll(/<PartNumber>(\d+)<\/PartNumber>/g)].map(
    ([, number]) => number ?? '',
  )
  const parts = told.map((number) => upload?.parts[number])
  if (told.length === 0 || parts.some((one) => one === undefined))
    throw new AwsError('InvalidPart', 'One or more of the specified parts could not be found.')
  const bytes = Buffer.concat(parts.map((one) => Buffer.from(one?.bytes ?? '', 'base64')))
  const object: ObjectState = {
    size: bytes.length,
    etag: `${createHash('md5')
      .update(Buffer.concat(parts.map((one) => Buffer.from(one?.etag ?? '', 'hex'))))
      .digest('hex')}-${String(parts.length)}`,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    modifiedAt: shelf.now(),
    version: hexOf(`${key}${String(shelf.now())}`, 32),
    ...(bytes.length <= 1024 * 1024 && { bytes: bytes.toString('base64') }),
    ...(upload?.metadata && { metadata: upload.metadata }),
  }
  bucket.objects[key] = object
  delete bucket.uploads[id]
  return answerXml('CompleteMultipartUploadResult', {
    Bucket: name,
    Key: key,
    ETag: `"${object.etag}"`,
    Location: `/${name}/${key}`,
  })
}
