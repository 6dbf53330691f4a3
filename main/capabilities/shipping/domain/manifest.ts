/** One object of a data set: its key below the prefix, and what proves that a copy is the same. */
export interface Entry {
  key: string
  size: number
  etag: string
  sha256?: string | undefined
  md5?: string | undefined
}
/** A place in an object store. */
export interface Address {
  bucket: string
  prefix: string
  asOf?: string | undefined
}

/** Bucket and prefix of s3://bucket/prefix, or of lakefs://repository/ref/path as its S3 gateway serves it; undefined where it is neither. */
export function addressOf(uri: string): Address | undefined {
  const [, bucket, rest = '', query = ''] =
    /^(?:s3|lakefs):\/\/([^/?]+)(?:\/([^?]*))?(?:\?(.*))?$/.exec(uri) ?? []
  if (bucket === undefined) return undefined
  const asOf = new URLSearchParams(query).get('as-of') ?? undefined
  const prefix = rest === '' || rest.endsWith('/') ? rest : `${rest}/`
  return { bucket, prefix, ...(asOf !== undefined && { asOf }) }
}
export const uriOf = ({ bucket, prefix }: Address): string => `s3://${bucket}/${prefix}`

/** Where a data set lies on the other site: always the same place, so that what was shipped once is found again. */
export const targetOf = (
  from: Address,
  { site, bucket }: { site: string; bucket: string },
): Address => ({ bucket, prefix: `data/${site}/${from.bucket}/${from.prefix}` })

const isWhole = (etag: string) => /^[0-9a-f]{32}$/.test(etag)
/** Whether a copy is the same: size, then whichever checksum both ends tell. Where they tell none that can be compared, it is unknown. */
export function sameness(a: Entry, b: Entry): 'same' | 'other' | 'unknown' {
  if (a.size !== b.size) return 'other'
  if (a.sha256 !== undefined && b.sha256 !== undefined)
    return a.sha256 === b.sha256 ? 'same' : 'other'
  if (a.etag === b.etag) return 'same'
  if (a.md5 !== undefined && b.md5 !== undefined) return a.md5 === b.md5 ? 'same' : 'other'
  // The tag of what was put together from parts depends on the parts, not on the bytes alone.
  return isWhole(a.etag) && isWhole(b.etag) ? 'other' : 'unknown'
}

export interface Difference {
  missing: Entry[]
  damaged: Entry[]
  unknown: Entry[]
  there: Entry[]
}
/** What is not at the other end, what is there and is something else, and what cannot be told by its tag. */
export function difference(wanted: readonly Entry[], found: readonly Entry[]): Difference {
  const there = new Map(found.map((entry) => [entry.key, entry]))
  const answer: Difference = { missing: [], damaged: [], unknown: [], there: [] }
  for (const entry of wanted) {
    const other = there.get(entry.key)
    const is = other ? sameness(entry, other) : undefined
    if (is === undefined) answer.missing.push(entry)
    else if (is === 'other') answer.damaged.push(entry)
    else answer[is === 'same' ? 'there' : 'unknown'].push(entry)
  }
  return answer
}
export const bytesOf = (entries: readonly Entry[]): number =>
  entries.reduce((sum, { size }) => sum + size, 0)
/** The lines whose digest names a manifest: the same objects have the same one, in whatever order they were listed. */
export const manifestLines = (entries: readonly Entry[]): string =>
  entries
    .map(({ key, size, etag }) => `${key}\t${String(size)}\t${etag}`)
    .toSorted()
    .join('\n')
