import type { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { getCACertificates } from 'node:tls'
import { socksConnector } from 'fetch-socks'
import { HttpsProxyAgent } from 'https-proxy-agent'
import { SocksProxyAgent } from 'socks-proxy-agent'
import { Agent, ProxyAgent, type Dispatcher } from 'undici'
import { MOST_BYTES, readRegularTextSync } from '../files'
import { isExcluded } from './no-proxy'

/** What a person set about the network, besides what the environment says. */
export interface NetworkSettings {
  caFiles: readonly string[]
  proxy: string
  noProxy: string
}
export interface NetworkPorts {
  env: Readonly<Record<string, string | undefined>>
  settings(): NetworkSettings
  /** A file that was named and cannot be read is told here; it takes nothing from the others. */
  unreadable?(file: string, cause: string): void
}
/** How the outside is reached: whom to trust and through which proxy. */
export interface Network {
  /** Certificates to trust: `own` with those a person added, or without `own` those of the system, of Node and those a person added. */
  trusted(own?: string): string[]
  /** The proxy for an address, undefined for none: `own` where a cluster names one, then the settings, then the environment. */
  proxyFor(url: string | URL, own?: string): string | undefined
  /** For clients of Node's own http: the AWS SDK. */
  nodeAgent(url: string | URL): HttpAgent | undefined
  /** For undici. The caller closes it. */
  dispatcher(url: string | URL): Dispatcher
}

export function makeNetwork({ env, settings, unreadable }: NetworkPorts): Network {
  const trusted = (own?: string) => {
    const added = settings().caFiles.flatMap((file) => readAuthority(file, unreadable))
    return [...new Set(own === undefined ? [...machine(), ...added] : [own, ...added])]
  }
  const proxyFor = (url: string | URL, own?: string) => {
    if (own) return own
    const { proxy, noProxy } = settings()
    const address = new URL(url)
    if (isExcluded(address, [noProxy, fromEnv(env, 'NO_PROXY') ?? ''].join(','))) return undefined
    return (
      proxy ||
      (address.protocol === 'http:' ? fromEnv(env, 'HTTP_PROXY') : fromEnv(env, 'HTTPS_PROXY')) ||
      fromEnv(env, 'ALL_PROXY') ||
      undefined
    )
  }
  return {
    trusted,
    proxyFor,
    nodeAgent: (url) =>
      nodeAgentOf(proxyFor(url), { ca: trusted() }) ??
      (new URL(url).protocol === 'https:'
        ? new HttpsAgent({ ca: trusted(), keepAlive: true, maxSockets: 50 })
        : undefined),
    dispatcher: (url) => dispatcherOf(proxyFor(url), { ca: trusted() }, {}),
  }
}

/** The machine's own network without settings, for programs and tests that have none. */
export const plainNetwork: Network = makeNetwork({
  env: {},
  settings: () => ({ caFiles: [], proxy: '', noProxy: '' }),
})

const fromEnv = (env: NetworkPorts['env'], name: string) => env[name] ?? env[name.toLowerCase()]

let ofMachine: string[] | undefined
// Reading the system's store takes a moment on some systems, so it is read once.
function machine(): string[] {
  ofMachine ??= [...new Set([...getCACertificates('default'), ...systemStore()])]
  return ofMachine
}
function systemStore(): string[] {
  try {
    return getCACertificates('system')
  } catch {
    return []
  }
}
function readAuthority(file: string, unreadable: NetworkPorts['unreadable']): string[] {
  const read = readRegularTextSync(file, MOST_BYTES.credential)
  const found = read.ok
    ? read.value.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g)
    : undefined
  if (!found)
    unreadable?.(file, read.ok ? 'it holds no certificate in PEM form' : read.failure.data.cause)
  return found ?? []
}

type TlsOptions = Record<string, unknown>
const SOCKS_PORT = 1080
const isSocks = (proxy: string) => /^socks/i.test(proxy)

// Names are looked up by the proxy in every form, as kubectl has it: outside, inner names are not known.
function socksOf(proxy: string): Parameters<typeof socksConnector>[0] {
  const { protocol, hostname, port, username, password } = new URL(proxy)
  return {
    type: /^socks4a?:$/i.test(protocol) ? 4 : 5,
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port || SOCKS_PORT),
    ...(username && { userId: decodeURIComponent(username) }),
    ...(password && { password: decodeURIComponent(password) }),
  }
}

/** An undici dispatcher through a proxy, or straight without one; `tls` is what Node's TLS takes for the server. */
export function dispatcherOf(
  proxy: string | undefined,
  tls: TlsOptions,
  { connectTimeoutMs = 10_000, ...common }: Agent.Options & { connectTimeoutMs?: number },
): Dispatcher {
  const connect = {
    timeout: connectTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelay: 30_000,
    ...tls,
  }
  if (proxy === undefined) return new Agent({ ...common, connect })
  if (isSocks(proxy))
    return new Agent({ ...common, connect: socksConnector(socksOf(proxy), connect) })
  return new ProxyAgent({
    ...common,
    uri: proxy,
    requestTls: connect,
    proxyTls: { timeout: connectTimeoutMs },
  })
}
/** An agent of Node's own http through a proxy; undefined without one. */
export function nodeAgentOf(proxy: string | undefined, tls: TlsOptions): HttpAgent | undefined {
  if (proxy === undefined) return undefined
  return isSocks(proxy)
    ? new SocksProxyAgent(
        proxy.replace(/^socks(5|4)?:/i, (_whole, version) =>
          version === '4' ? 'socks4a:' : 'socks5h:',
        ),
        tls as never,
      )
    : new HttpsProxyAgent(proxy, tls as never)
}
