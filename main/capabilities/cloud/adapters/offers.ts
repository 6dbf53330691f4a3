import type { _InstanceType } from '@aws-sdk/client-ec2'
import { z } from 'zod'
import { given } from '../../../kernel/given'
import { succeed, type Outcome } from '../../../kernel/outcome'
import type { PriceFact, QuotaFact, TypeFacts } from '../domain/facts'
import type { CloudAccount, CloudPorts } from '../ports'
import { abortable, asked, paged } from './ask'

const Types = z.object({
  InstanceTypes: z.array(
    z.object({
      InstanceType: z.string(),
      VCpuInfo: z.object({ DefaultVCpus: z.number() }),
      MemoryInfo: z.object({ SizeInMiB: z.number() }),
      GpuInfo: z
        .object({
          Gpus: z
            .array(
              z.object({
                Name: z.string().default(''),
                Count: z.number(),
                MemoryInfo: z.object({ SizeInMiB: z.number().default(0) }).prefault({}),
              }),
            )
            .default([]),
        })
        .nullish(),
    }),
  ),
})
const Offerings = z.object({
  InstanceTypeOfferings: z.array(z.object({ InstanceType: z.string(), Location: z.string() })),
})
const Subnets = z.object({
  Subnets: z.array(z.object({ SubnetId: z.string(), AvailabilityZone: z.string() })),
})
const Spot = z.object({
  SpotPriceHistory: z.array(
    z.object({
      InstanceType: z.string(),
      AvailabilityZone: z.string(),
      SpotPrice: z.coerce.number().positive(),
      Timestamp: z.date(),
    }),
  ),
})
const Quotas = z.object({
  NextToken: z.string().nullish(),
  Quotas: z.array(z.object({ QuotaCode: z.string(), QuotaName: z.string(), Value: z.number() })),
})

type Ports = Pick<CloudPorts, 'clients' | 'clock'>
const sdk = () => import('@aws-sdk/client-ec2')

/** What may be had in one region: types, zones, spot prices and quotas. */
export function offers(ports: Ports, account: CloudAccount) {
  const { clock } = ports
  const ec2 = () => ports.clients(account).ec2()
  const at = { account, clock, service: 'EC2' }
  return {
    async types(names: string[], signal?: AbortSignal): Promise<Outcome<TypeFacts[]>> {
      const told = await asked({
        ...at,
        action: 'DescribeInstanceTypes',
        signal,
        parse: Types,
        ask: async () =>
          (await ec2()).send(
            new (await sdk()).DescribeInstanceTypesCommand({
              InstanceTypes: names as _InstanceType[],
            }),
            abortable(signal),
          ),
      })
      return told.ok
        ? succeed(
            told.value.InstanceTypes.map(
              ({ InstanceType, VCpuInfo, MemoryInfo, GpuInfo }): TypeFacts => {
                const gpu = GpuInfo?.Gpus[0]
                return {
                  type: InstanceType,
                  vcpus: VCpuInfo.DefaultVCpus,
                  memoryGi: Math.round(MemoryInfo.SizeInMiB / 1024),
                  gpu: gpu && {
                    model: gpu.Name,
                    count: gpu.Count,
                    memoryMib: gpu.MemoryInfo.SizeInMiB,
                  },
                }
              },
            ),
          )
        : told
    },
    /** Zones that offer each of the types. */
    async offerings(
      names: string[],
      signal?: AbortSignal,
    ): Promise<Outcome<Map<string, string[]>>> {
      const told = await asked({
        ...at,
        action: 'DescribeInstanceTypeOfferings',
        signal,
        parse: Offerings,
        ask: async () =>
          (await ec2()).send(
            new (await sdk()).DescribeInstanceTypeOfferingsCommand({
              LocationType: 'availability-zone',
              Filters: [{ Name: 'instance-type', Values: names }],
            }),
            abortable(signal),
          ),
      })
      if (!told.ok) return told
      const zones = new Map<string, string[]>()
      for (const { InstanceType, Location } of told.value.InstanceTypeOfferings)
        zones.set(InstanceType, [...(zones.get(InstanceType) ?? []), Location].sort())
      return succeed(zones)
    },
    async subnets(
      ids: string[],
      signal?: AbortSignal,
    ): Promise<Outcome<{ id: string; zone: string }[]>> {
      const told = await asked({
        ...at,
        action: 'DescribeSubnets',
        signal,
        parse: Subnets,
        ask: async () =>
          (await ec2()).send(
            new (await sdk()).DescribeSubnetsCommand({ SubnetIds: ids }),
            abortable(signal),
          ),
      })
      return told.ok
        ? succeed(
            told.value.Subnets.map(({ SubnetId, AvailabilityZone }) => ({
              id: SubnetId,
              zone: AvailabilityZone,
            })),
          )
        : told
    },
    /** The newest spot price of each type in each zone. */
    async spotPrices(
      types: string[],
      at_: { now: number; signal?: AbortSignal | undefined },
    ): Promise<Outcome<PriceFact[]>> {
      const told = await asked({
        ...at,
        action: 'DescribeSpotPriceHistory',
        signal: at_.signal,
        parse: Spot,
        ask: async () =>
          (await ec2()).send(
            new (await sdk()).DescribeSpotPriceHistoryCommand({
              InstanceTypes: types as _InstanceType[],
              ProductDescriptions: ['Linux/UNIX'],
              StartTime: new Date(at_.now),
            }),
            abortable(at_.signal),
          ),
      })
      if (!told.ok) return told
      const newest = new Map<string, z.infer<typeof Spot>['SpotPriceHistory'][number]>()
      for (const point of told.value.SpotPriceHistory) {
        const key = `${point.InstanceType}/${point.AvailabilityZone}`
        if ((newest.get(key)?.Timestamp.getTime() ?? 0) < point.Timestamp.getTime())
          newest.set(key, point)
      }
      return succeed(
        [...newest.values()].map(({ InstanceType, AvailabilityZone, SpotPrice }) => ({
          instanceType: InstanceType,
          region: account.region,
          zone: AvailabilityZone,
          capacityType: 'spot',
          usd: SpotPrice,
          source: 'aws-spot-history',
          sourceSays: `EC2 DescribeSpotPriceHistory, ${account.region}`,
          asOf: at_.now,
        })),
      )
    },
    async quotas(signal?: AbortSignal): Promise<Outcome<QuotaFact[]>> {
      const told = await paged(
        { ...at, service: 'Service Quotas', action: 'ListServiceQuotas' },
        (NextToken) =>
          asked({
            ...at,
            service: 'Service Quotas',
            action: 'ListServiceQuotas',
            signal,
            parse: Quotas,
            ask: async () =>
              (await ports.clients(account).quotas()).send(
                new (await import('@aws-sdk/client-service-quotas')).ListServiceQuotasCommand(
                  given({ ServiceCode: 'ec2', NextToken }),
                ),
                abortable(signal),
              ),
          }),
        ({ NextToken }) => NextToken,
      )
      return told.ok
        ? succeed(
            told.value
              .flatMap((page) => page.Quotas)
              .map(({ QuotaCode, QuotaName, Value }) => ({
                code: QuotaCode,
                name: QuotaName,
                value: Value,
              })),
          )
        : told
    },
  }
}
