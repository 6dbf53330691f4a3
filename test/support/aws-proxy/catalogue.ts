import { createHash } from 'node:crypto'

/** What the stand-in for AWS says of prices and limits; tests change it as they like. */
export interface Catalogue {
  region: string
  zones: string[]
  /** On-demand price of each instance type in USD an hour. */
  usdPerHour: Record<string, number>
  /** Spot price as a share of the on-demand price, by zone; one that is absent has no spot market. */
  spotShare: Record<string, number>
  /** When the prices were published, and the newest spot price was set. */
  publishedAt: () => number
  /** vCPUs that may run, by quota code. */
  quotas: Record<string, number>
}

/** The quotas that hold back GPUs, as the service names them. */
export const QUOTA = {
  pOnDemand: 'L-417A185B',
  gOnDemand: 'L-DB2E81BA',
  pSpot: 'L-7212CCBC',
  gSpot: 'L-3819A6DF',
} as const
const QUOTA_NAMES: Record<string, string> = {
  [QUOTA.pOnDemand]: 'Running On-Demand P instances',
  [QUOTA.gOnDemand]: 'Running On-Demand G and VT instances',
  [QUOTA.pSpot]: 'All P4, P3 and P2 Spot Instance Requests',
  [QUOTA.gSpot]: 'All G and VT Spot Instance Requests',
}

export const defaultCatalogue = (now: () => number): Catalogue => ({
  region: 'us-east-1',
  zones: ['us-east-1a', 'us-east-1b', 'us-east-1c'],
  usdPerHour: {
    'g5.2xlarge': 1.212,
    'g6e.2xlarge': 2.242,
    'g6e.12xlarge': 10.493,
    'g6e.48xlarge': 30.131,
    'p4d.24xlarge': 21.957,
    'p5.48xlarge': 55.04,
  },
  spotShare: { 'us-east-1a': 0.41, 'us-east-1b': 0.38, 'us-east-1c': 0.52 },
  publishedAt: now,
  quotas: {
    [QUOTA.pOnDemand]: 192,
    [QUOTA.gOnDemand]: 768,
    [QUOTA.pSpot]: 192,
    [QUOTA.gSpot]: 768,
  },
})

interface Asked {
  target: string
  body: string
}
interface Filter {
  Field: string
  Value: string
}

function product(type: string, catalogue: Catalogue): string {
  const sku = createHash('sha256').update(type).digest('hex').slice(0, 16).toUpperCase()
  const [term, rate] = [`${sku}.JRTCKXETXF`, `${sku}.JRTCKXETXF.6YS6EN2CT7`]
  const usd = catalogue.usdPerHour[type] ?? 0
  return JSON.stringify({
    product: {
      productFamily: 'Compute Instance',
      sku,
      attributes: {
        instanceType: type,
        regionCode: catalogue.region,
        operatingSystem: 'Linux',
        tenancy: 'Shared',
        preInstalledSw: 'NA',
        capacitystatus: 'Used',
        servicecode: 'AmazonEC2',
      },
    },
    serviceCode: 'AmazonEC2',
    version: '20261101000000',
    publicationDate: new Date(catalogue.publishedAt()).toISOString(),
    terms: {
      OnDemand: {
        [term]: {
          sku,
          offerTermCode: 'JRTCKXETXF',
          effectiveDate: '2026-11-01T00:00:00Z',
          termAttributes: {},
          priceDimensions: {
            [rate]: {
              rateCode: rate,
              unit: 'Hrs',
              beginRange: '0',
              endRange: 'Inf',
              appliesTo: [],
              pricePerUnit: { USD: usd.toFixed(10) },
            },
          },
        },
      },
    },
  })
}

/** GetProducts, a page at a time. */
export function products(catalogue: Catalogue, { body }: Asked): object {
  const {
    Filters = [],
    NextToken,
    MaxResults = 100,
  } = JSON.parse(body) as { Filters?: Filter[]; NextToken?: string; MaxResults?: number }
  const wanted = (field: string): string | undefined =>
    Filters.find(({ Field }) => Field === field)?.Value
  if (wanted('regionCode') !== undefined && wanted('regionCode') !== catalogue.region)
    return { FormatVersion: 'aws_v1', PriceList: [] }
  const types = Object.keys(catalogue.usdPerHour).filter(
    (type) => (wanted('instanceType') ?? type) === type,
  )
  const from = Number(NextToken ?? 0)
  const more = from + MaxResults < types.length
  return {
    FormatVersion: 'aws_v1',
    PriceList: types.slice(from, from + MaxResults).map((type) => product(type, catalogue)),
    ...(more && { NextToken: String(from + MaxResults) }),
  }
}

/** Service quotas: all of EC2's, or one; undefined where there is no such quota. */
export function serviceQuotas(catalogue: Catalogue, { target, body }: Asked): object | undefined {
  const { ServiceCode, QuotaCode } = JSON.parse(body) as {
    ServiceCode?: string
    QuotaCode?: string
  }
  const all =
    ServiceCode === 'ec2'
      ? Object.entries(catalogue.quotas).map(([code, Value]) => ({
          ServiceCode: 'ec2',
          ServiceName: 'Amazon Elastic Compute Cloud (Amazon EC2)',
          QuotaCode: code,
          QuotaName: QUOTA_NAMES[code] ?? code,
          Value,
          Unit: 'None',
          Adjustable: true,
          GlobalQuota: false,
        }))
      : []
  if (target.includes('.List')) return { Quotas: all }
  const Quota = all.find((each) => each.QuotaCode === QuotaCode)
  return Quota && { Quota }
}

const HOUR_MS = 3_600_000
const many = (params: URLSearchParams, name: string): string[] =>
  [...params].filter(([key]) => key.startsWith(`${name}.`)).map(([, value]) => value)

/** A day of spot prices by type and zone, newest first, one an hour, as EC2's query protocol writes them. */
export function spotHistory(catalogue: Catalogue, params: URLSearchParams): string {
  const zones = params.get('AvailabilityZone')
    ? [params.get('AvailabilityZone') ?? '']
    : Object.keys(catalogue.spotShare)
  const types =
    many(params, 'InstanceType').length > 0
      ? many(params, 'InstanceType')
      : Object.keys(catalogue.usdPerHour)
  const from = Date.parse(params.get('StartTime') ?? '')
  const items = types.flatMap((type) =>
    zones.flatMap((zone) =>
      Array.from({ length: 24 }, (_, hour) => {
        const at = catalogue.publishedAt() - hour * HOUR_MS
        const usd =
          (catalogue.usdPerHour[type] ?? 0) *
          (catalogue.spotShare[zone] ?? 0) *
          (1 + 0.02 * Math.sin(hour))
        if (usd === 0 || (hour > 0 && at < from)) return ''
        return `<item><instanceType>${type}</instanceType><productDescription>Linux/UNIX</productDescription><spotPrice>${usd.toFixed(6)}</spotPrice><timestamp>${new Date(at).toISOString()}</timestamp><availabilityZone>${zone}</availabilityZone></item>`
      }),
    ),
  )
  return `<?xml version="1.0" encoding="UTF-8"?><DescribeSpotPriceHistoryResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>0</requestId><spotPriceHistorySet>${items.join('')}</spotPriceHistorySet><nextToken></nextToken></DescribeSpotPriceHistoryResponse>`
}
