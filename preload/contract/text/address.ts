/** An address in two parts: what anybody may see, and the user name and password that stood in it. */
export interface SplitAddress {
  /** The address with dots where the user name and password stood, or as it was where there were none. */
  shown: string
  /** `user:password` as it was written; undefined where there was none, or dots only. */
  userinfo: string | undefined
}
const DOTS = '••••'
// Read by its form and not by a parser: what is no valid address must not show its password either.
const USERINFO = /^(\s*(?:[a-z][a-z0-9+.-]*:)?\/\/)([^/?#]*)@(?=[^/?#]*)/i

/** Takes user name and password out of an address. The one place that knows where they stand. */
export function splitAddress(address: string): SplitAddress {
  const [all = '', scheme = '', userinfo = ''] = USERINFO.exec(address) ?? []
  // The account of git over ssh is a name that everybody uses; a key stands behind it.
  if (all === '' || (/ssh:/i.test(scheme) && !userinfo.includes(':')))
    return { shown: address, userinfo: undefined }
  return {
    shown: `${scheme}${DOTS}@${address.slice(all.length)}`,
    userinfo: isDots(userinfo) ? undefined : userinfo,
  }
}
const isDots = (userinfo: string) => userinfo === DOTS || userinfo === encodeURIComponent(DOTS)
/** Whether a user name or password stands in an address. */
export const holdsUserinfo = (address: string): boolean =>
  splitAddress(address).userinfo !== undefined || hasDots(address)
/** An address as it may be shown, logged and kept. */
export const shownAddress = (address: string): string => splitAddress(address).shown
/** The address of a cluster as it may be shown: nobody needs its query, and a token may stand there. */
export const shownServer = (address: string): string =>
  shownAddress(address).replace(/[?#].*$/s, '?…')
/** An address without its user name and password, where nobody needs to see that there was one. */
export const plainAddress = (address: string): string =>
  fullAddress(shownAddress(address), undefined)
/** Whether dots stand for a user name and password that are kept elsewhere. */
export const hasDots = (address: string): boolean => isDots(USERINFO.exec(address)?.[2] ?? '')
/** The address to use: the user name and password back in the place of the dots, or the address without them. */
export function fullAddress(shown: string, userinfo: string | undefined): string {
  if (!hasDots(shown)) return shown
  const [all = '', scheme = ''] = USERINFO.exec(shown) ?? []
  return `${scheme}${userinfo === undefined ? '' : `${userinfo}@`}${shown.slice(all.length)}`
}
