import { useMemo, useSyncExternalStore } from 'react'

/** Where the page stands: the parts of its path and what is filtered, all of it in the address so that it can be kept and shared. */
export interface Address {
  path: string[]
  query: URLSearchParams
}

export function parseAddress(hash: string): Address {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?')
  return { path: path.split('/').filter(Boolean).map(decodeOr), query: new URLSearchParams(query) }
}
function decodeOr(part: string) {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
/** An address as text for `href`, without empty filters. */
export function hrefOf(
  path: readonly string[],
  query: Record<string, string | undefined> = {},
): string {
  const kept = Object.entries(query).filter((pair): pair is [string, string] => Boolean(pair[1]))
  const search = new URLSearchParams(kept).toString()
  return `#/${path.map(encodeURIComponent).join('/')}${search ? `?${search}` : ''}`
}
export const navigate = (href: string) => {
  location.hash = href
}
/** Goes where the shell points; a screen that is there already keeps what it shows beside what is new. */
export function arrive(href: string) {
  const [now, to] = [parseAddress(location.hash), parseAddress(href)]
  navigate(
    hrefOf(now.path) === hrefOf(to.path)
      ? hrefOf(to.path, { ...Object.fromEntries(now.query), ...Object.fromEntries(to.query) })
      : href,
  )
}

/** Changes filters of the present address without a new step in the history. */
export function setQuery(changes: Record<string, string | undefined>) {
  const { path, query } = parseAddress(location.hash)
  history.replaceState(null, '', hrefOf(path, { ...Object.fromEntries(query), ...changes }))
  window.dispatchEvent(new HashChangeEvent('hashchange'))
}
const subscribe = (changed: () => void) => {
  window.addEventListener('hashchange', changed)
  return () => window.removeEventListener('hashchange', changed)
}
export function useAddress(): Address {
  const hash = useSyncExternalStore(subscribe, () => location.hash)
  return useMemo(() => parseAddress(hash), [hash])
}
