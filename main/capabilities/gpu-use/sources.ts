import type { PrometheusSource } from '../../../preload/contract/gpu-use'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import type { KubeClient } from '../../platform/kubernetes/types'
import { discover } from './adapters/discover'
import { Prometheus } from './adapters/prometheus'
import type { GpuUsePorts } from './ports'

const FRESH_MS = 5 * 60_000
const ABSENT: PrometheusSource = {
  state: 'absent',
  says: 'No Prometheus with GPU series was found on this site: use is not known, allocation is shown instead.',
  metrics: [],
}
const keyOf = (site: string) => `gpu-source ${site}`

export interface Source {
  told: PrometheusSource
  prometheus: Prometheus | undefined
}

/** Where the use of each site's GPUs is read: the address a person named, else what is found, looked for again every five minutes. */
export function makeSources({
  sites,
  store,
  clock,
}: Pick<GpuUsePorts, 'sites' | 'store' | 'clock'>) {
  const known = new Map<
    string,
    { client: KubeClient; at: number; source: Promise<Outcome<Source>> }
  >()
  const named = (site: string): string | undefined => {
    const url = store.settings.get(keyOf(site))
    return typeof url === 'string' ? url : undefined
  }
  const look = async (
    client: KubeClient,
    site: string,
    signal?: AbortSignal,
  ): Promise<Outcome<Source>> => {
    const url = named(site)
    if (url !== undefined) return succeed(await fromAddress(client, url, signal))
    const found = await discover(client, signal)
    if (!found.ok) return found
    if (!found.value) return succeed({ told: ABSENT, prometheus: undefined })
    const prometheus = new Prometheus(client, found.value.place)
    const { metrics } = found.value
    if (metrics.length === 0)
      return succeed({
        told: {
          ...ABSENT,
          address: prometheus.address,
          says: `The Prometheus at ${prometheus.address} has no GPU series: is the DCGM exporter scraped? Allocation is shown instead.`,
        },
        prometheus: undefined,
      })
    return succeed({
      told: {
        state: 'found',
        says: `Use comes from ${prometheus.address}.`,
        address: prometheus.address,
        metrics,
      },
      prometheus,
    })
  }
  return {
    async of(site: string): Promise<Outcome<Source>> {
      const client = sites.client(site)
      if (!client.ok) return client
      const before = known.get(site)
      if (before?.client === client.value && clock.now() - before.at < FRESH_MS)
        return before.source
      const source = look(client.value, site).catch((): Outcome<Source> =>
        succeed({ told: ABSENT, prometheus: undefined }),
      )
      known.set(site, { client: client.value, at: clock.now(), source })
      return source
    },
    async name(site: string, url: string | undefined): Promise<Outcome<void>> {
      const client = sites.client(site)
      if (!client.ok) return client
      if (url !== undefined) {
        const tried = await new Prometheus(client.value, { url }).metrics()
        if (!tried.ok) return fail(tried.failure)
      }
      known.delete(site)
      return url === undefined
        ? store.settings.remove(keyOf(site))
        : store.settings.set(keyOf(site), url)
    },
  }
}
async function fromAddress(client: KubeClient, url: string, signal?: AbortSignal): Promise<Source> {
  const prometheus = new Prometheus(client, { url })
  const metrics = await prometheus.metrics(signal)
  if (!metrics.ok)
    return {
      told: {
        state: 'failed',
        says: `The Prometheus at ${url} does not answer: allocation is shown instead.`,
        address: url,
        failure: metrics.failure,
        metrics: [],
      },
      prometheus: undefined,
    }
  return {
    told: { state: 'named', says: `Use comes from ${url}.`, address: url, metrics: metrics.value },
    prometheus: metrics.value.length > 0 ? prometheus : undefined,
  }
}
export type Sources = ReturnType<typeof makeSources>
