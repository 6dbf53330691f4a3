/** A forward's address as programs use it, whose resolvers need not know names under localhost. */
export function forPrograms(address: string): string {
  const url = new URL(address)
  url.hostname = '127.0.0.1'
  return url.href
}
