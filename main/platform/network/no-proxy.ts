import { BlockList, isIP } from 'node:net'

const portOf = (url: URL) =>
  url.port || (url.protocol === 'http:' || url.protocol === 'ws:' ? '80' : '443')
const bare = (hostname: string) => hostname.replace(/^\[|\]$/g, '')
const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4')
LOOPBACK.addAddress('::1', 'ipv6')
const within = (list: BlockList, host: string) =>
  isIP(host) !== 0 && list.check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4')

/** Whether NO_PROXY excludes an address: names with their subdomains, name:port, addresses, CIDR ranges and *, as the Go clients read it. Loopback is always excluded. */
export function isExcluded(url: URL, noProxy: string): boolean {
  const host = bare(url.hostname).toLowerCase()
  if (host === 'localhost' || host.endsWith('.localhost') || within(LOOPBACK, host)) return true
  return noProxy
    .split(/[\s,]+/)
    .filter(Boolean)
    .some((entry) => entry === '*' || matches(entry.toLowerCase(), host, portOf(url)))
}

function matches(entry: string, host: string, port: string): boolean {
  const [, range, bits] = /^([0-9a-f.:]+)\/(\d{1,3})$/.exec(entry) ?? []
  if (range !== undefined && isIP(range) !== 0) return inRange(host, range, Number(bits))
  const [, name = '', wantedPort] = /^(\[[^\]]+\]|[^:]*|[0-9a-f:]{3,})(?::(\d+))?$/.exec(entry) ?? [
    entry,
    entry,
  ]
  if (wantedPort !== undefined && wantedPort !== port) return false
  const wanted = bare(name)
  const domain = wanted.replace(/^\*?\./, '')
  // A leading dot means the subdomains alone, a plain name itself as well.
  return host.endsWith(`.${domain}`) || (wanted === domain && host === domain)
}

function inRange(host: string, range: string, bits: number): boolean {
  const kind = isIP(range) === 6 ? 'ipv6' : 'ipv4'
  if (bits > (kind === 'ipv6' ? 128 : 32) || isIP(host) !== isIP(range)) return false
  const list = new BlockList()
  list.addSubnet(range, bits, kind)
  return within(list, host)
}
