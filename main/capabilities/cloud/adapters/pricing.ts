import { z } from 'zod'
import { succeed, type Outcome } from '../../../kernel/outcome'
import type { PriceFact } from '../domain/facts'
import type { CloudAccount, CloudPorts } from '../ports'
import { asked } from './ask'
import { onDemandPrice } from './price-text'

// The SDK hands each product over as a String object, not as a string.
const Products = z.object({ PriceList: z.array(z.unknown().transform(String)) })
const equals = (Field: string, Value: string) => ({ Type: 'TERM_MATCH' as const, Field, Value })

/** The list price of a type in the account's region; undefined where AWS lists none. */
export async function listPrice(
  ports: Pick<CloudPorts, 'clients' | 'clock'>,
  account: CloudAccount,
  { type, now, signal }: { type: string; now: number; signal?: AbortSignal | undefined },
): Promise<Outcome<PriceFact | undefined>> {
  const told = await asked({
    account,
    clock: ports.clock,
    service: 'Price List',
    action: 'GetProducts',
    signal,
    parse: Products,
    ask: async () =>
      (await ports.clients(account).pricing()).send(
        new (await import('@aws-sdk/client-pricing')).GetProductsCommand({
          ServiceCode: 'AmazonEC2',
          MaxResults: 20,
          Filters: [
            equals('instanceType', type),
            equals('regionCode', account.region),
            equals('operatingSystem', 'Linux'),
            equals('tenancy', 'Shared'),
            equals('preInstalledSw', 'NA'),
            equals('capacitystatus', 'Used'),
          ],
        }),
        signal ? { abortSignal: signal } : {},
      ),
  })
  if (!told.ok) return told
  const usd = told.value.PriceList.map(onDemandPrice).find((price) => price !== undefined)
  return succeed(
    usd === undefined
      ? undefined
      : {
          instanceType: type,
          region: account.region,
          capacityType: 'on-demand',
          usd,
          source: 'aws-pricing',
          sourceSays: `AWS Price List API, ${account.region}`,
          asOf: now,
        },
  )
}
