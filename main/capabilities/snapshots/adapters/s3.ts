import { createHash } from 'node:crypto'
import type { ListObjectVersionsCommandOutput } from '@aws-sdk/client-s3'
import { failure } from '../../../../preload/contract/failures'
import type { DataSourceSpec } from '../../../../preload/contract/records/catalog'
import type { Clock } from '../../../kernel/clock'
import { timestamp } from '../../../kernel/clock'
import { fail, succeed, type Outcome } from '../../../kernel/outcome'
import { BoundedHandler } from '../../../platform/aws'
import { boundOfPages, whyTooLong } from '../../../platform/network'

type Location = DataSourceSpec['location']
const unsupported = (says: string) =>
  fail(
    failure('NOT_SUPPORTED_HERE', { says, remedy: 'The snapshot points at the prefix as it is.' }),
  )

/** Bucket and prefix of s3://bucket/prefix, with the endpoint that its engine field may name (MinIO); undefined where it is none. */
export function placeOf({
  uri,
  engine,
}: Location): { bucket: string; prefix: string; endpoint?: string } | undefined {
  const [, bucket, prefix = ''] = /^s3:\/\/([^/]+)(?:\/(.*))?$/.exec(uri ?? '') ?? []
  return bucket === undefined
    ? undefined
    : { bucket, prefix, ...(/^https?:\/\//.test(engine ?? '') && { endpoint: engine ?? '' }) }
}

interface Version {
  Key?: string | undefined
  VersionId?: string | undefined
  Size?: number | undefined
  IsLatest?: boolean | undefined
}
/** One digest of a set of object versions, whatever order the server listed them in. */
export function digestOf(versions: readonly Version[]): { objects: number; sha256: string } {
  const lines = versions
    .filter(({ IsLatest }) => IsLatest)
    .map(({ Key = '', VersionId = '', Size = 0 }) => `${Key}\t${VersionId}\t${Size}`)
    .sort()
  return {
    objects: lines.length,
    sha256: createHash('sha256').update(lines.join('\n')).digest('hex'),
  }
}

interface Markers {
  KeyMarker?: string | undefined
  VersionIdMarker?: string | undefined
}
async function allPages(
  ask: (markers: Markers) => Promise<ListObjectVersionsCommandOutput>,
): Promise<Version[]> {
  const versions: Version[] = []
  const count = boundOfPages()
  for (let markers: Markers | undefined = {}; markers;) {
    count(markers)
    const { Versions, IsTruncated, NextKeyMarker, NextVersionIdMarker } = await ask(markers)
    versions.push(...(Versions ?? []))
    markers = IsTruncated
      ? { KeyMarker: NextKeyMarker, VersionIdMarker: NextVersionIdMarker }
      : undefined
  }
  return versions
}

/**
 * The version manifest of a bucket's prefix as one pointer: the instant, how many objects were current then, and the SHA-256 over their keys,
 * version ids and sizes. Because the bucket keeps every version, the instant names the same objects for ever and the digest proves it; no byte is copied.
 * Credentials are those of the person's AWS profile or environment.
 */
export const s3Versions =
  (clock: Clock) =>
  async (location: Location, signal?: AbortSignal): Promise<Outcome<string>> => {
    const place = placeOf(location)
    if (!place) return unsupported('its address names no bucket')
    // Loaded only when a bucket is asked: most starts never need it.
    const { GetBucketVersioningCommand, ListObjectVersionsCommand, S3Client } =
      await import('@aws-sdk/client-s3')
    const client = new S3Client({
      region: process.env['AWS_REGION'] ?? 'us-east-1',
      maxAttempts: 2,
      requestHandler: new BoundedHandler(),
      ...(place.endpoint && { endpoint: place.endpoint, forcePathStyle: true }),
    })
    const options = signal ? { abortSignal: signal } : {}
    try {
      const { Status } = await client.send(
        new GetBucketVersioningCommand({ Bucket: place.bucket }),
        options,
      )
      if (Status !== 'Enabled') return unsupported(`the bucket ${place.bucket} keeps no versions`)
      const at = timestamp(clock.now())
      const { objects, sha256 } = digestOf(
        await allPages((markers) =>
          client.send(
            new ListObjectVersionsCommand({
              Bucket: place.bucket,
              Prefix: place.prefix,
              ...markers,
            }),
            options,
          ),
        ),
      )
      return succeed(
        `s3://${place.bucket}/${place.prefix}?as-of=${at}&objects=${objects}&sha256=${sha256}`,
      )
    } catch (error) {
      if (signal?.aborted) throw error
      // The SDK's own message may name keys and hosts; its name says enough.
      const why = whyTooLong(error) ?? (error instanceof Error ? error.name : 'unknown cause')
      return unsupported(`the bucket ${place.bucket} could not be asked for its versions (${why})`)
    } finally {
      client.destroy()
    }
  }
