import type { S3Client } from '@aws-sdk/client-s3'
import { z } from 'zod'
import { failure } from '../../../../preload/contract/failures'
import { given } from '../../../kernel/given'
import { fail, succeed, type Outcome } from '../../../kernel/outcome'
import { askAws } from '../../../platform/aws'
import { boundOfPages } from '../../../platform/network'
import type { Address, Entry } from '../domain/manifest'

/** An object store of a site: how this machine asks it, and how a Job in the cluster reaches it. */
export interface ObjectStore {
  site: string
  profile: string
  region: string
  provider: string
  endpoint?: string | undefined
  client(): Promise<S3Client>
  /** Where shipped data goes. */ bucket?: string | undefined
}
const Page = z.object({
  Contents: z
    .array(z.object({ Key: z.string(), Size: z.number().default(0), ETag: z.string().default('') }))
    .nullish(),
  NextContinuationToken: z.string().nullish(),
})
const Versions = z.object({
  Versions: z
    .array(
      z.object({
        Key: z.string(),
        Size: z.number().default(0),
        ETag: z.string().default(''),
        LastModified: z.date(),
      }),
    )
    .nullish(),
  DeleteMarkers: z.array(z.object({ Key: z.string(), LastModified: z.date() })).nullish(),
  IsTruncated: z.boolean().nullish(),
  NextKeyMarker: z.string().nullish(),
  NextVersionIdMarker: z.string().nullish(),
})
const sdk = () => import('@aws-sdk/client-s3')
/** What a console writes for an empty folder: it holds nothing, and a transfer passes it over. */
const isFolder = (key: string) => key === '' || key.endsWith('/')
const plain = (etag: string) => etag.replaceAll('"', '')

async function ask<T, P>(
  store: ObjectStore,
  {
    action,
    send,
    parse,
    signal,
  }: {
    action: string
    send(client: S3Client): Promise<T>
    parse: z.ZodType<P>
    signal: AbortSignal | undefined
  },
): Promise<Outcome<P>> {
  const where = { profile: store.profile, region: store.region, service: 'S3', action }
  const answer = await askAws(async () => send(await store.client()), where, signal)
  if (!answer.ok) return answer
  const read = parse.safeParse(answer.value)
  return read.success
    ? succeed(read.data)
    : fail(
        failure('AWS_FAILED', {
          ...given({ profile: where.profile, region: where.region, service: 'S3' }),
          error: 'an answer of another shape',
          says: `${action} is not answered there`,
        }),
      )
}
const options = (signal: AbortSignal | undefined) => (signal ? { abortSignal: signal } : {})

/** What lies below an address, as it is now or as it was at its instant; keys are told from the prefix on. */
export async function listObjects(
  store: ObjectStore,
  at: Address,
  signal?: AbortSignal,
): Promise<Outcome<Entry[]>> {
  if (at.asOf !== undefined) return listAsOf(store, { ...at, asOf: at.asOf }, signal)
  const all: Entry[] = []
  const count = boundOfPages()
  for (let token: string | undefined, first = true; first || token; first = false) {
    const next = token
    const page = await ask(store, {
      action: 'ListObjectsV2',
      signal,
      parse: Page,
      send: async (client) => {
        count(next)
        return client.send(
          new (await sdk()).ListObjectsV2Command({
            Bucket: at.bucket,
            Prefix: at.prefix,
            ContinuationToken: next,
          }),
          options(signal),
        )
      },
    })
    if (!page.ok) return page
    all.push(
      ...(page.value.Contents ?? [])
        .map(({ Key, Size, ETag }) => ({
          key: Key.slice(at.prefix.length),
          size: Size,
          etag: plain(ETag),
        }))
        .filter(({ key, size }) => size > 0 || !isFolder(key)),
    )
    token = page.value.NextContinuationToken ?? undefined
  }
  return succeed(all)
}
interface Markers {
  KeyMarker?: string
  VersionIdMarker?: string
}
async function listAsOf(
  store: ObjectStore,
  at: Address & { asOf: string },
  signal: AbortSignal | undefined,
): Promise<Outcome<Entry[]>> {
  const until = Date.parse(at.asOf)
  const newest = new Map<string, { at: number; entry: Entry | undefined }>()
  const see = (key: string, when: Date, entry: Entry | undefined) => {
    if (when.getTime() <= until && when.getTime() >= (newest.get(key)?.at ?? 0))
      newest.set(key, { at: when.getTime(), entry })
  }
  const count = boundOfPages()
  for (let markers: Markers | undefined = {}; markers;) {
    const from: Markers = markers
    const page: Outcome<z.infer<typeof Versions>> = await ask(store, {
      action: 'ListObjectVersions',
      signal,
      parse: Versions,
      send: async (client) => {
        count(from)
        return client.send(
          new (await sdk()).ListObjectVersionsCommand({
            Bucket: at.bucket,
            Prefix: at.prefix,
            ...from,
          }),
          options(signal),
        )
      },
    })
    if (!page.ok) return page
    for (const { Key, Size, ETag, LastModified } of page.value.Versions ?? [])
      see(Key, LastModified, { key: Key.slice(at.prefix.length), size: Size, etag: plain(ETag) })
    for (const { Key, LastModified } of page.value.DeleteMarkers ?? [])
      see(Key, LastModified, undefined)
    markers = page.value.IsTruncated
      ? given({
          KeyMarker: page.value.NextKeyMarker ?? undefined,
          VersionIdMarker: page.value.NextVersionIdMarker ?? undefined,
        })
      : undefined
  }
  return succeed(
    [...newest.values()].flatMap(({ entry }) =>
      entry && (entry.size > 0 || !isFolder(entry.key)) ? [entry] : [],
    ),
  )
}
const Head = z.object({
  ChecksumSHA256: z.string().optional(),
  Metadata: z.record(z.string(), z.string()).nullish(),
  ContentLength: z.number().default(0),
  ETag: z.string().default(''),
})
/** What rclone writes beside an object that it sent in parts, whose tag is no checksum. */
const md5Of = ({ Metadata, ETag }: z.infer<typeof Head>) =>
  /^"?[0-9a-f]{32}"?$/.test(ETag)
    ? plain(ETag)
    : Metadata?.['md5chksum'] && Buffer.from(Metadata['md5chksum'], 'base64').toString('hex')
/** One object with the checksum that its store tells, where it tells one. */
export async function headObject(
  store: ObjectStore,
  at: { bucket: string; key: string },
  signal?: AbortSignal,
): Promise<Outcome<Omit<Entry, 'key'>>> {
  const head = await ask(store, {
    action: 'HeadObject',
    signal,
    parse: Head,
    send: async (client) =>
      client.send(
        new (await sdk()).HeadObjectCommand({
          Bucket: at.bucket,
          Key: at.key,
          ChecksumMode: 'ENABLED',
        }),
        options(signal),
      ),
  })
  return head.ok
    ? succeed(
        given({
          size: head.value.ContentLength,
          etag: plain(head.value.ETag),
          sha256: head.value.ChecksumSHA256,
          md5: md5Of(head.value),
        }),
      )
    : head
}
export async function writeText(
  store: ObjectStore,
  at: { bucket: string; key: string; text: string },
  signal?: AbortSignal,
): Promise<Outcome<void>> {
  const put = await ask(store, {
    action: 'PutObject',
    signal,
    parse: z.unknown(),
    send: async (client) =>
      client.send(
        new (await sdk()).PutObjectCommand({
          Bucket: at.bucket,
          Key: at.key,
          Body: at.text,
          ContentType: 'text/plain',
          ChecksumAlgorithm: 'SHA256',
        }),
        options(signal),
      ),
  })
  return put.ok ? succeed(undefined) : put
}
