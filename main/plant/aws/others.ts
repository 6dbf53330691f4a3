import { hexOf } from '../controllers/objects'
import { ACCOUNT_ID, type Account } from './account'
import type { Answered, Asked } from './ask'
import { MACHINES, QUOTAS, REGION, usdPerHour } from './machines'
import { AwsError } from './refusal'
import { xml, type Xml } from './xml'

const STS = 'https://sts.amazonaws.com/doc/2011-06-15/'
const metadata = { ResponseMetadata: { RequestId: '0' } }

/** Who one is, and taking on a role. */
export function sts(account: Account, { body, caller, url, method }: Asked): Answered {
  const params = method === 'GET' ? url.searchParams : new URLSearchParams(body.toString())
  const action = params.get('Action') ?? ''
  const answer = (content: Xml): Answered => ({
    headers: { 'content-type': 'text/xml' },
    body: xml(`${action}Response`, STS, { ...content, ...metadata }),
  })
  if (action === 'GetCallerIdentity')
    return answer({
      GetCallerIdentityResult: {
        Arn: `arn:aws:iam::${ACCOUNT_ID}:user/${caller.accessKeyId.slice(-8).toLowerCase()}`,
        UserId: caller.accessKeyId,
        Account: ACCOUNT_ID,
      },
    })
  if (action !== 'AssumeRole')
    throw new AwsError('InvalidAction', `Could not find operation ${action}`)
  const [arn, session] = [params.get('RoleArn') ?? '', params.get('RoleSessionName') ?? '']
  const keys = account.issue(arn, session, Number(params.get('DurationSeconds') ?? 3600))
  return answer({
    AssumeRoleResult: {
      AssumedRoleUser: {
        AssumedRoleId: `AROA:${session}`,
        Arn: `${arn.replace(':iam:', ':sts:').replace(':role/', ':assumed-role/')}/${session}`,
      },
      Credentials: {
        AccessKeyId: keys.accessKeyId,
        SecretAccessKey: keys.secretAccessKey,
        SessionToken: keys.sessionToken,
        Expiration: new Date(keys.expiresAt).toISOString(),
      },
    },
  })
}

const ASG = 'http://autoscaling.amazonaws.com/doc/2011-01-01/'
/** Lets one machine of a group go: the one that is named, not the one that AWS would choose. */
export function autoScaling(account: Account, { body }: Asked): Answered {
  const params = new URLSearchParams(body.toString())
  const action = params.get('Action') ?? ''
  if (action !== 'TerminateInstanceInAutoScalingGroup')
    throw new AwsError('InvalidAction', `Could not find operation ${action}`)
  const id = params.get('InstanceId') ?? ''
  const instance = account.instances().find((one) => one.id === id)
  const group = instance?.tags['eks:nodegroup-name']
  if (!instance || group === undefined)
    throw new AwsError(
      'ValidationError',
      `Instance Id not found - No managed instance found for instance ID: ${id}`,
    )
  if (params.get('ShouldDecrementDesiredCapacity') === 'true')
    account.groups.letGo(group, instance.node ?? '')
  account.terminate(id)
  return {
    headers: { 'content-type': 'text/xml' },
    body: xml(`${action}Response`, ASG, {
      [`${action}Result`]: {
        Activity: {
          ActivityId: hexOf(id, 32),
          StatusCode: 'InProgress',
          AutoScalingGroupName: `eks-${group}`,
          Cause: 'by request',
          StartTime: new Date(account.clock.now()).toISOString(),
        },
      },
      ...metadata,
    }),
  }
}

const amzJson = (value: unknown): Answered => ({
  headers: { 'content-type': 'application/x-amz-json-1.1' },
  body: JSON.stringify(value),
})
interface Filter {
  Field: string
  Value: string
}

/** The price list: each product as the JSON text that AWS sends inside its JSON. */
export function pricing(account: Account, { headers, body }: Asked): Answered {
  if (headers['x-amz-target'] !== 'AWSPriceListService.GetProducts')
    throw new AwsError('UnknownOperationException', 'Not simulated')
  const { Filters = [] } = JSON.parse(body.toString()) as { Filters?: Filter[] }
  const wanted = (field: string) => Filters.find(({ Field }) => Field === field)?.Value
  const region = wanted('regionCode') ?? REGION
  if (region !== REGION) return amzJson({ FormatVersion: 'aws_v1', PriceList: [] })
  const type = wanted('instanceType')
  const found = MACHINES.filter((machine) => type === undefined || machine.type === type).flatMap(
    (machine) => {
      const usd = usdPerHour(machine.type)
      return usd === undefined
        ? []
        : [product(machine.type, { usd, region, asOf: account.clock.now() })]
    },
  )
  return amzJson({ FormatVersion: 'aws_v1', PriceList: found })
}
function product(
  type: string,
  { usd, region, asOf }: { usd: number; region: string; asOf: number },
): string {
  const sku = hexOf(type, 16).toUpperCase()
  const [term, rate] = [`${sku}.JRTCKXETXF`, `${sku}.JRTCKXETXF.6YS6EN2CT7`]
  return JSON.stringify({
    product: {
      productFamily: 'Compute Instance',
      sku,
      attributes: {
        instanceType: type,
        regionCode: region,
        operatingSystem: 'Linux',
        tenancy: 'Shared',
        preInstalledSw: 'NA',
        capacitystatus: 'Used',
        servicecode: 'AmazonEC2',
      },
    },
    serviceCode: 'AmazonEC2',
    version: '20261101000000',
    publicationDate: new Date(asOf - 3 * 86_400_000).toISOString(),
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
              description: `$${String(usd)} per On Demand Linux ${type} Instance Hour`,
              pricePerUnit: { USD: usd.toFixed(10) },
            },
          },
        },
      },
    },
  })
}

/** How much of each kind of machine the account may run. */
export function quotas(account: Account, { headers, body }: Asked): Answered {
  const asked = JSON.parse(body.toString()) as { ServiceCode?: string; QuotaCode?: string }
  const all =
    asked.ServiceCode === 'ec2'
      ? QUOTAS.map(({ code, name }) => ({
          ServiceCode: 'ec2',
          ServiceName: 'Amazon Elastic Compute Cloud (Amazon EC2)',
          QuotaCode: code,
          QuotaName: name,
          Value: account.quota(code),
          Unit: 'None',
          Adjustable: true,
          GlobalQuota: false,
        }))
      : []
  if (headers['x-amz-target'] === 'ServiceQuotasV20190624.ListServiceQuotas')
    return amzJson({ Quotas: all })
  const one = all.find(({ QuotaCode }) => QuotaCode === asked.QuotaCode)
  if (!one) throw new AwsError('NoSuchResourceException', 'The specified resource does not exist.')
  return amzJson({ Quota: one })
}
