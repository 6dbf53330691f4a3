/** Where a takt:// address leads in the page; undefined where it is none. Only known screens and plain names pass. */
export function pathOfDeepLink(address: string): string | undefined {
  if (!URL.canParse(address)) return undefined
  const url = new URL(address)
  if (url.protocol !== 'takt:') return undefined
  const path = `/${[url.host, ...url.pathname.split('/')].filter((part) => part !== '').join('/')}`
  return /^\/(map|discover|data|line|burst|drift|money|flow|cluster|settings)(\/[a-z0-9][-a-z0-9.]{0,252}){0,3}$/.test(
    path,
  )
    ? path
    : undefined
}
