import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3'
import { BoundedHandler } from '../../../platform/aws'
import { boundOfPages, whyTooLong } from '../../../platform/network'
import { UnusableInput } from '../domain/failures'
import type { ObjectReader } from '../ports'

/** The SDK's own messages may name keys and hosts; its error's name says enough. */
const because = (what: string, error: unknown) =>
  new UnusableInput(
    `${what} cannot be read (${whyTooLong(error) ?? (error instanceof Error ? error.name : 'unknown cause')}).`,
    'Check the address, the sign-in of your AWS profile and the network, then try again.',
  )

/** Object storage as the person's AWS profile or environment reaches it; an endpoint other than AWS, such as MinIO, is that of AWS_ENDPOINT_URL. */
export function s3Reader(config: S3ClientConfig = {}): ObjectReader {
  const { endpoint = process.env['AWS_ENDPOINT_URL_S3'] ?? process.env['AWS_ENDPOINT_URL'] } =
    config
  let client: Promise<S3Client> | undefined
  // Loaded only when a bucket is asked: most starts never need it.
  const opened = () =>
    (client ??= import('@aws-sdk/client-s3').then(
      ({ S3Client }) =>
        new S3Client({
          region: process.env['AWS_REGION'] ?? 'us-east-1',
          maxAttempts: 3,
          requestHandler: new BoundedHandler(),
          ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
          ...config,
        }),
    ))
  const options = (signal: AbortSignal | undefined) => (signal ? { abortSignal: signal } : {})
  return {
    async list(bucket, prefix, signal) {
      const { ListObjectsV2Command } = await import('@aws-sdk/client-s3'),
        all: Awaited<ReturnType<ObjectReader['list']>> = [],
        count = boundOfPages()
      try {
        for (
          let token: string | undefined, first = true;
          first || token !== undefined;
          first = false
        ) {
          count(token)
          const page = await (
            await opened()
          ).send(
            new ListObjectsV2Command({
              Bucket: bucket,
              Prefix: prefix,
              ...(token !== undefined && { ContinuationToken: token }),
            }),
            options(signal),
          )
          all.push(
            ...(page.Contents ?? []).map(({ Key = '', Size = 0, ETag }) => ({
              key: Key,
              size: Size,
              ...(ETag !== undefined && { etag: ETag }),
            })),
          )
          token = page.NextContinuationToken
        }
        return all
      } catch (error) {
        signal?.throwIfAborted()
        throw because(`s3://${bucket}/${prefix}`, error)
      }
    },
    async get(bucket, key, signal) {
      const { GetObjectCommand } = await import('@aws-sdk/client-s3')
      try {
        // The SDK checks the checksum that the store keeps while the bytes go by.
        const { Body } = await (
          await opened()
        ).send(
          new GetObjectCommand({ Bucket: bucket, Key: key, ChecksumMode: 'ENABLED' }),
          options(signal),
        )
        if (!Body) throw new Error('no content')
        return Body as unknown as AsyncIterable<Uint8Array>
      } catch (error) {
        signal?.throwIfAborted()
        throw because(`s3://${bucket}/${key}`, error)
      }
    },
  }
}
