import { resolve } from 'node:path'
import { pathOfDeepLink } from './deep-link'

/** Where the page goes to open the bundle among a program's arguments; undefined where none is named. Switches are no files. */
export function pathOfOpenedFile(args: readonly string[], folder: string): string | undefined {
  const file = args.findLast((each) => !each.startsWith('-') && /\.takt$/i.test(each))
  return file === undefined ? undefined : `/drift?open=${encodeURIComponent(resolve(folder, file))}`
}
/** Where a start leads: the takt:// address or the bundle among its arguments. */
export const pathOfStart = (args: readonly string[], folder: string): string | undefined =>
  args.map(pathOfDeepLink).find((found) => found !== undefined) ??
  pathOfOpenedFile(args.slice(1), folder)
