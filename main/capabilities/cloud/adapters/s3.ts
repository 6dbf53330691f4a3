import { z } from 'zod'
import { succeed, type Outcome } from '../../../kernel/outcome'
import type { UploadFacts } from '../domain/facts'
import type { CloudAccount, CloudPorts } from '../ports'
import { abortable, asked, refusedAs } from './ask'

const Buckets = z.object({ Buckets: z.array(z.object({ Name: z.string() })).default([]) })
const Uploads = z.object({
  Uploads: z
    .array(z.object({ Key: z.string(), UploadId: z.string(), Initiated: z.date() }))
    .nullish(),
})
const sdk = () => import('@aws-sdk/client-s3')

/** What lies unfinished in the buckets of an account. */
export function buckets(ports: Pick<CloudPorts, 'clients' | 'clock'>, account: CloudAccount) {
  const s3 = () => ports.clients(account).s3()
  const at = { account, clock: ports.clock, service: 'S3' }
  return {
    async unfinished(signal?: AbortSignal): Promise<Outcome<UploadFacts[]>> {
      const all = await asked({
        ...at,
        action: 'ListBuckets',
        signal,
        parse: Buckets,
        ask: async () =>
          (await s3()).send(new (await sdk()).ListBucketsCommand({}), abortable(signal)),
      })
      if (!all.ok) return all
      const found: UploadFacts[] = []
      for (const { Name: bucket } of all.value.Buckets) {
        const told = await asked({
          ...at,
          action: 'ListMultipartUploads',
          signal,
          parse: Uploads,
          ask: async () =>
            (await s3()).send(
              new (await sdk()).ListMultipartUploadsCommand({ Bucket: bucket }),
              abortable(signal),
            ),
        })
        // A bucket of somebody else in the same account may be closed to us.
        if (told.ok)
          found.push(
            ...(told.value.Uploads ?? []).map(({ Key, UploadId, Initiated }) => ({
              bucket,
              key: Key,
              uploadId: UploadId,
              startedAt: Initiated.getTime(),
            })),
          )
      }
      return succeed(found)
    },
    /** Gives up one upload, named as bucket/key?uploadId=ID. */
    async abort(id: string, signal?: AbortSignal): Promise<Outcome<void>> {
      const [, Bucket = '', Key = '', UploadId = ''] =
        /^([^/]+)\/(.*)\?uploadId=(.+)$/.exec(id) ?? []
      const done = await asked({
        ...at,
        action: 'AbortMultipartUpload',
        signal,
        parse: z.unknown(),
        ask: async () =>
          (await s3()).send(
            new (await sdk()).AbortMultipartUploadCommand({ Bucket, Key, UploadId }),
            abortable(signal),
          ),
      })
      return done.ok || refusedAs(done) === 'NoSuchUpload' ? succeed(undefined) : done
    },
  }
}
