import { lastKnown, useAsk, type Client } from '../../client'
import { words } from './words'

export type RightAsk = Parameters<Client['sites']['review']>[0]['asks'][number]
type Checks = Awaited<ReturnType<Client['sites']['review']>>

/** What is missing for something, and who can grant it; undefined where nothing is, or where the server does not say. */
export function missingRight(checks: Checks | undefined): string | undefined {
  const refused = checks?.find(({ allowed }) => allowed === 'no')
  return refused && words.missingRight(refused)
}

/** Reviews rights before something is offered: one reason for each list of asks. Asked once; a right that is granted later shows after a reload. */
export function useMissingRights(
  site: string | undefined,
  asks: Record<string, readonly RightAsk[]>,
): Record<string, string | undefined> {
  const all = Object.entries(asks)
  const { remote } = useAsk(
    (client, options) =>
      site === undefined
        ? Promise.resolve(undefined)
        : client.sites.review({ site, asks: all.flatMap(([, list]) => list) }, options),
    [site, JSON.stringify(all)],
  )
  const checks = lastKnown(remote)?.value
  let from = 0
  return Object.fromEntries(
    all.map(([name, list]) => [name, missingRight(checks?.slice(from, (from += list.length)))]),
  )
}
