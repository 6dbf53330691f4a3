import { z } from 'zod'
import type { LinkRate, ShipRequest } from '../../../preload/contract/cloud'
import { explain } from '../../../preload/contract/explain'
import { failure } from '../../../preload/contract/failures'
import type { Plan } from '../../../preload/contract/operations'
import type { DataSource } from '../../../preload/contract/records'
import { timestamp } from '../../kernel/clock'
import { given } from '../../kernel/given'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import type { MadePlan, OperationKind } from '../operations'
import { planBody, runMark, stepsOf } from '../plans'
import { bytesOf, uriOf } from './domain/manifest'
import { Ledger } from './ledger'
import type { ShipAsk, ShippingPorts, Telling } from './ports'
import { makeWorkspaces } from './workspace'
import { Carrier, idOf, routeOf, survey, type Survey } from './transfer'

const Input = z.object({
  uri: z.string(),
  from: z.string(),
  to: z.string(),
  namespace: z.string(),
  claim: z.string(),
  capBytesPerSecond: z.number().optional(),
  direction: z.enum(['out', 'back']),
  title: z.string(),
})
type Input = z.infer<typeof Input>
const gb = (bytes: number) => (bytes / 1e9).toFixed(bytes < 1e10 ? 1 : 0)
const plainUri = (uri: string) => uri.replace(/^lakefs:/, 's3:').replace(/\?.*$/, '')

/** Data that follows its work: only what is missing travels, it is compared at the other end, and it stays where it was shipped. */
export function makeShipping(ports: ShippingPorts) {
  const ledger = new Ledger(ports)
  const carrier = new Carrier(ports, ledger)
  const kind: OperationKind<Input> = {
    kind: 'ship',
    premise: {
      says: 'The data may still leave for that site; what lies there by now does not travel.',
      asks({ input }) {
        const allowed = leaving(ports, input.uri, input.to)
        return Promise.resolve(succeed(allowed.ok ? undefined : explain(allowed.failure).says))
      },
    },
    input: Input,
    undoable: false,
    cancelLeaves: () => 'What has arrived stays there and is not sent again.',
    steps: ({ title }) => [
      {
        id: 'ship',
        title: `Ship ${title}`,
        promiseSeconds: 600,
        async run({ input, signal, progress }) {
          const shipped = await carrier.ship(input, { signal, progress })
          return shipped.ok ? succeed(undefined) : shipped
        },
      },
    ],
  }
  ports.operations.register(kind)
  const now = (site: string) => ports.sites.clockOf(site).now()
  return {
    ledger,
    workspaces: makeWorkspaces(ports),
    /** What shipping a data URI from one site to another would move; nothing where it lies there already. */
    async shipment(
      { uri, from, to }: Pick<ShipAsk, 'uri' | 'from' | 'to'>,
      signal?: AbortSignal,
    ): Promise<
      Outcome<{ from: string; target: string; bytes: number; missingBytes: number; says: string }>
    > {
      if (from === to || livesThere(ports, uri, to))
        return succeed({
          from: uri,
          target: uri,
          bytes: 0,
          missingBytes: 0,
          says: `It lies on ${to} already.`,
        })
      const forbidden = leaving(ports, uri, to)
      if (!forbidden.ok) return forbidden
      const route = routeOf(ports, { uri, from, to })
      if (!route.ok) return route
      const seen = await survey(route.value, signal)
      if (!seen.ok) return seen
      const { wanted, diff } = seen.value
      const missing = bytesOf([...diff.missing, ...diff.damaged])
      return succeed({
        from: uri,
        target: uriOf(route.value.to),
        bytes: bytesOf(wanted),
        missingBytes: missing,
        says:
          missing === 0
            ? `All ${String(wanted.length)} objects are there, with the same checksum.`
            : `${String(diff.missing.length + diff.damaged.length)} of ${String(wanted.length)} objects are missing, ${gb(missing)} GB.`,
      })
    },
    async ship(ask: ShipAsk, telling: Telling): Promise<Outcome<{ uri: string }>> {
      if (ask.from === ask.to || livesThere(ports, ask.uri, ask.to))
        return succeed({ uri: ask.uri })
      const forbidden = leaving(ports, ask.uri, ask.to)
      return forbidden.ok ? carrier.ship(ask, telling) : forbidden
    },
    /** The line from the building to a site, as last measured, and what waits for it. */
    link(
      to: string,
      from = ports.sites.homeId() ?? '',
    ): { bytesPerSecond: number; measuredAt: number | undefined; queuedBytes: number } {
      const { bytesPerSecond, measuredAt, basis } = ledger.link(from, to, now(to))
      return {
        bytesPerSecond,
        measuredAt: basis === 'measured' ? Date.parse(measuredAt) : undefined,
        queuedBytes: ledger.queuedBytes(to),
      }
    },
    view: () => ({
      asOf: timestamp(now(ports.sites.homeId() ?? '')),
      shipments: ledger.shipments(),
      links: ledger.links(now(ports.sites.homeId() ?? '')),
    }),
    onChange: (listener: () => void) => ledger.onChange(listener),
    async planShip(
      request: z.infer<typeof ShipRequest>,
      signal?: AbortSignal,
    ): Promise<Outcome<Plan>> {
      const made = await planShip(
        ports,
        { ledger, kind },
        { request, claim: runMark(ports.random), signal },
      )
      return made.ok ? succeed(ports.operations.offer(made.value)) : made
    },
  }
}
export type Shipping = ReturnType<typeof makeShipping>

/** The source that a URI belongs to, by its place. */
function sourceOf(
  { records }: Pick<ShippingPorts, 'records'>,
  uri: string,
): DataSource | undefined {
  const [, bucket] = /^(?:s3|lakefs):\/\/([^/?]+)/.exec(uri) ?? []
  return records
    .known('DataSource')
    .items.find(
      ({ spec }) =>
        spec.location.uri !== undefined &&
        (plainUri(uri).startsWith(plainUri(spec.location.uri)) ||
          (spec.kind === 'lakefs' &&
            bucket !== undefined &&
            spec.location.uri.startsWith(`lakefs://${bucket}/`))),
    )
}
const livesThere = (ports: ShippingPorts, uri: string, site: string) =>
  sourceOf(ports, uri)?.spec.site === site
function leaving(ports: ShippingPorts, uri: string, to: string): Outcome<void> {
  const source = sourceOf(ports, uri)
  if (!source || source.spec.mayGoTo.includes(to)) return succeed(undefined)
  return fail(
    failure('DATA_MAY_NOT_LEAVE', {
      source: source.meta.name,
      site: to,
      mayGoTo: source.spec.mayGoTo,
      owner: source.spec.owner,
    }),
  )
}

interface Wanted {
  request: z.infer<typeof ShipRequest>
  claim: string
  signal?: AbortSignal | undefined
}
function inputOf(
  { records, sites }: ShippingPorts,
  { request, claim }: Wanted,
): Outcome<{ input: Input; source: DataSource | undefined }> {
  const { snapshot, toSite, direction, capMegabytesPerSecond } = request
  const record = records.find('DataSnapshot', snapshot.name, snapshot.namespace)
  if (!record) return fail(failure('NOT_FOUND', { kind: 'snapshot', name: snapshot.name }))
  const source = records.find('DataSource', record.spec.source)
  const uri = record.status.pointer ?? record.spec.pointer ?? source?.spec.location.uri ?? ''
  const capBytesPerSecond =
    capMegabytesPerSecond === undefined ? undefined : capMegabytesPerSecond * 1e6
  return succeed({
    source,
    input: given({
      uri,
      from: source?.spec.site ?? sites.homeId() ?? '',
      to: toSite,
      namespace: snapshot.namespace,
      claim,
      direction,
      title: snapshot.name,
      capBytesPerSecond,
    }),
  })
}
async function planShip(
  ports: ShippingPorts,
  means: { ledger: Ledger; kind: OperationKind<Input> },
  wanted: Wanted,
): Promise<Outcome<MadePlan<Input>>> {
  const asked = inputOf(ports, wanted)
  if (!asked.ok) return asked
  const { input, source } = asked.value
  const route = routeOf(ports, input)
  if (!route.ok) return route
  const seen = await survey(route.value, wanted.signal)
  if (!seen.ok) return seen
  const client = ports.sites.client(route.value.runsOn)
  const me = client.ok ? await client.value.whoAmI(wanted.signal) : client
  const link = means.ledger.link(
    input.from,
    input.to,
    ports.sites.clockOf(route.value.runsOn).now(),
  )
  const may = source
    ? leaving(ports, source.spec.location.uri ?? input.uri, input.to)
    : succeed(undefined)
  const blockedBy = may.ok ? [] : [explain(may.failure)]
  const plan = planBody({
    kind: means.kind.kind,
    verb: 'Ship',
    site: route.value.runsOn,
    as: me.ok ? me.value.user : 'unknown',
    blockedBy,
    steps: stepsOf(means.kind, input),
    ...bodyOf(seen.value, input, link),
    subject: { kind: 'DataSnapshot', ...wanted.request.snapshot },
  })
  return succeed({
    plan,
    kind: means.kind,
    input,
    again: (again) => planShip(ports, means, { ...wanted, signal: again }),
  })
}
function bodyOf({ diff, wanted, hash, route }: Survey, input: Input, link: LinkRate) {
  const missing = bytesOf([...diff.missing, ...diff.damaged])
  const rate = (link.bytesPerSecond / 1e6).toFixed(0)
  return {
    title: `Ship ${input.title} to ${input.to}`,
    time: {
      seconds: Math.round(
        missing / Math.min(link.bytesPerSecond, input.capBytesPerSecond ?? Infinity),
      ),
      says:
        link.basis === 'measured'
          ? `at ${rate} MB/s, measured ${String(link.samples)} times`
          : `at an assumed ${rate} MB/s: nothing was measured yet`,
    },
    changes:
      missing === 0
        ? []
        : [
            {
              op: 'create' as const,
              apiVersion: 'batch/v1',
              kind: 'Job',
              name: `takt-${idOf(input)}`,
              namespace: input.namespace,
              note: `${gb(missing)} GB to ${uriOf(route.to)}`,
            },
          ],
    choices: [
      `${String(diff.there.length)} of ${String(wanted.length)} objects are there already with the same checksum.`,
      `Manifest ${hash.slice(0, 12)}.`,
    ],
    risks:
      diff.damaged.length > 0
        ? [
            `${String(diff.damaged.length)} objects at the other end are something else and are replaced; older versions stay where the bucket keeps versions.`,
          ]
        : [],
  }
}
