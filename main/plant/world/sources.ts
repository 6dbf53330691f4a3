import { LABEL } from '../../kernel/manifest'
import { chanceOf } from '../controllers/objects'
import type { KubeObject } from '../types'
import { PEOPLE } from './people'
import { at, HOUR, record } from './words'

type Kind = 'volume' | 's3' | 'lakefs' | 'sql' | 'kafka' | 'share'
export interface SourceOutline {
  name: string
  kind: Kind
  owner: string
  title: string
  description: string
  gb?: number
  rows?: number
  mbPerSecond?: number
  classification: 'public' | 'internal' | 'confidential' | 'restricted'
  cloud: boolean
  /** Hours since it last changed, and within which it should. */
  age?: number
  within?: number
  columns: string
  tags: string[]
  site?: string
}
type Rest = Omit<SourceOutline, 'name' | 'kind' | 'owner' | 'tags' | 'cloud'> & {
  cloud?: boolean
  tags?: string[]
}
const source = (
  [name, kind]: [name: string, kind: Kind],
  owner: string,
  rest: Rest,
): SourceOutline => ({ cloud: false, tags: [], ...rest, name, kind, owner })

// A column is name:type, with ! where it is personal and ? where a few values are missing.
export const SOURCES: SourceOutline[] = [
  source(['applications', 'sql'], 'lena.ofori', {
    title: 'Loan applications',
    description: 'Every application since 2019, one row each. Trino on oslo.',
    gb: 84.1,
    rows: 3_418_220,
    classification: 'restricted',
    age: 6,
    within: 24,
    columns:
      'application_id:bigint applicant:string! birth_date:date! income:double? amount:double term_months:integer purpose:string score:double? decided_at:timestamp defaulted:boolean?',
  }),
  source(['calls-2026-11', 's3'], 'emil.novak', {
    title: 'Calls of November',
    description: 'Recorded calls of this month with their transcripts. MinIO on oslo.',
    gb: 1_900,
    rows: 412_040,
    classification: 'confidential',
    age: 0.2,
    within: 24,
    columns:
      'call_id:string started_at:timestamp seconds:double caller:string! transcript:string! intent:string? audio:binary',
    tags: ['audio'],
  }),
  source(['clicks', 'kafka'], 'ivo.petrov', {
    title: 'Clicks',
    description: 'What people click in search results, as it happens.',
    mbPerSecond: 14.2,
    classification: 'internal',
    cloud: true,
    age: 0,
    within: 1,
    columns:
      'event_id:string at:timestamp session:string query:string position:integer product_id:bigint',
  }),
  source(['fraud-edges', 'lakefs'], 'lena.ofori', {
    title: 'Fraud edges',
    description: 'Who shares what with whom: phones, devices, accounts. lakeFS on oslo.',
    gb: 330,
    rows: 88_120_500,
    classification: 'restricted',
    age: 1,
    within: 24,
    columns: 'from_id:string! to_id:string! kind:string first_seen:timestamp weight:double',
  }),
  source(['line-cam', 'share'], 'sana.rahimi', {
    title: 'Line cameras',
    description: 'Pictures of every part, 12 cameras. NFS on oslo.',
    gb: 6_400,
    rows: 21_800_000,
    classification: 'internal',
    cloud: true,
    age: 4,
    within: 12,
    columns: 'part_id:string camera:integer taken_at:timestamp picture:binary defect:string?',
    tags: ['images'],
  }),
  source(['parcels', 'lakefs'], 'jonas.weber', {
    title: 'Parcels',
    description: 'Label photos and scans of every parcel since 2024. lakeFS on oslo.',
    gb: 512,
    rows: 1_204_118,
    classification: 'internal',
    cloud: true,
    age: 0.63,
    within: 24,
    columns:
      'parcel_id:string taken_at:timestamp weight_kg:double? label_text:string? receiver:string! picture:binary depot:string width_cm:double height_cm:double depth_cm:double carrier:string country:string scanned_at:timestamp damaged:boolean? postcode:string! route:string stops:integer delivered_at:timestamp?',
    tags: ['images', 'labels'],
  }),
  source(['price-history', 'volume'], 'pia.nord', {
    title: 'Price history',
    description: 'Every price of every product, day by day, as Parquet on a volume.',
    gb: 46.2,
    rows: 512_400_000,
    classification: 'confidential',
    age: 20,
    within: 24,
    columns: 'product_id:bigint day:date price:double cost:double promotion:string?',
  }),
  source(['promo-calendar', 'share'], 'tove.dahl', {
    title: 'Promotion calendar',
    description: 'What was on offer when; a folder of spreadsheets.',
    classification: 'internal',
    columns: 'campaign:string from:date to:date discount:double?',
  }),
  source(['returns', 'sql'], 'nora.haugen', {
    title: 'Returns',
    description: 'What came back and why. Trino on oslo.',
    gb: 18.8,
    rows: 9_340_112,
    classification: 'internal',
    cloud: true,
    age: 74.4,
    within: 24,
    columns:
      'return_id:bigint order_id:bigint product_id:bigint reason:string? returned_at:timestamp',
  }),
  source(['routes-gps', 'volume'], 'nora.haugen', {
    title: 'Van positions',
    description: 'Position of each van every ten seconds, Parquet on a volume.',
    gb: 71.6,
    rows: 940_210_000,
    classification: 'internal',
    cloud: true,
    age: 9,
    within: 24,
    columns: 'van:string at:timestamp lat:double lon:double speed_kmh:double driver:string!',
  }),
  source(['store-sales', 's3'], 'nora.haugen', {
    title: 'Store sales',
    description: 'Receipts of all stores, hourly. S3 in eu-north-1.',
    gb: 212,
    rows: 1_880_400_000,
    classification: 'internal',
    cloud: true,
    age: 2,
    within: 24,
    site: 'aws-burst',
    columns:
      'receipt:string store:integer product_id:bigint quantity:integer price:double sold_at:timestamp',
  }),
  source(['voice-prompts', 's3'], 'aino.torv', {
    title: 'Voice prompts',
    description: 'Read sentences of 8,000 speakers. MinIO on oslo.',
    gb: 940,
    rows: 2_100_000,
    classification: 'confidential',
    age: 48,
    within: 168,
    columns: 'prompt_id:string speaker:string! seconds:double text:string audio:binary',
    tags: ['audio'],
  }),
  source(['catalog', 'sql'], 'chen.wu', {
    title: 'Product catalogue',
    description: 'Offers of all merchants. Trino on oslo.',
    gb: 27.5,
    rows: 64_200_000,
    classification: 'internal',
    cloud: true,
    age: 3,
    within: 24,
    columns:
      'offer_id:bigint title:string brand:string? gtin:string? price:double merchant:integer',
  }),
  source(['holidays', 's3'], 'tove.dahl', {
    title: 'Holidays',
    description: 'Public holidays of Europe, 2015 to 2030.',
    gb: 0.1,
    rows: 18_400,
    classification: 'public',
    cloud: true,
    age: 600,
    within: 8_760,
    columns: 'day:date country:string name:string',
  }),
]

const teamOfOwner = (owner: string) => PEOPLE.find(({ user }) => user === owner)?.team ?? ''
const LOCATIONS: Record<Kind, (name: string) => object> = {
  volume: (name) => ({ namespace: 'datasets', claim: name }),
  s3: (name) => ({
    uri: name === 'store-sales' ? 's3://acme-store-sales/receipts/' : `s3://${name}/`,
  }),
  lakefs: (name) => ({ uri: `lakefs://${name}/main/` }),
  sql: (name) => ({
    engine: 'trino',
    table: `lake.${name === 'applications' ? 'credit' : 'core'}.${name}`,
  }),
  kafka: (name) => ({ topic: `${name}.v2` }),
  share: (name) => ({ uri: `nfs://nas.oslo.example/export/${name}`, path: `/export/${name}` }),
}

function columnsOf({ name, columns }: SourceOutline): object[] {
  return columns.split(' ').map((text) => {
    const [column = '', type = ''] = text.replace(/[!?]$/, '').split(':')
    const chance = chanceOf(`${name}.${column}`)
    const numeric = /double|integer|bigint|date|timestamp/.test(type) && !column.endsWith('_id')
    return {
      name: column,
      type,
      nullShare: text.endsWith('?') ? Math.round(chance * 60) / 1000 : 0,
      ...(text.endsWith('!') && { personal: true }),
      ...(numeric
        ? {
            histogram: Array.from({ length: 8 }, (_unused, bin) =>
              Math.round(100 * Math.exp(-(((bin - 2 - 4 * chance) / 2.4) ** 2))),
            ),
          }
        : { distinct: Math.round(10 ** (2 + 4 * chance)) }),
    }
  })
}

export const sourceRecord = (outline: SourceOutline): KubeObject =>
  record(
    'DataSource',
    { name: outline.name },
    {
      title: outline.title,
      description: outline.description,
      kind: outline.kind,
      location: LOCATIONS[outline.kind](outline.name),
      site: outline.site ?? 'oslo',
      owner: outline.owner,
      team: teamOfOwner(outline.owner),
      classification: outline.classification,
      mayGoTo: outline.cloud ? ['oslo', 'aws-burst'] : ['oslo'],
      ...(outline.within !== undefined && { freshWithinHours: outline.within }),
      columns: columnsOf(outline),
      tags: outline.tags,
    },
  )

/** What was last measured of a source; nothing where it never was. */
export const sourceStatus = (outline: SourceOutline, now: number): object =>
  outline.age === undefined
    ? {}
    : {
        measuredAt: at(now - 4 * 60_000),
        changedAt: at(now - outline.age * HOUR),
        ...(outline.gb !== undefined && { bytes: Math.round(outline.gb * 1e9) }),
        ...(outline.rows !== undefined && { rows: outline.rows }),
        ...(outline.mbPerSecond !== undefined && { bytesPerSecond: outline.mbPerSecond * 1e6 }),
      }

/** The claims behind the sources that are volumes. */
export const sourceClaims = (): KubeObject[] =>
  SOURCES.filter(({ kind }) => kind === 'volume').map(({ name, gb = 1 }) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name,
      namespace: 'datasets',
      labels: { [LABEL.managedBy]: 'takt' },
      annotations: {
        'volume.kubernetes.io/selected-node': 'cpu-1',
        'plant.takt.dev/files': JSON.stringify({
          'README.md': `# ${name}\n`,
          'part-0000.parquet': 'PAR1',
        }),
      },
    },
    spec: {
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'fast-ssd',
      resources: { requests: { storage: `${String(Math.ceil(gb / 10) * 10)}Gi` } },
    },
  }))
