import { resolve } from 'node:path'

/** Where the page goes to open the bundle among a program's arguments; undefined where none is named. Switches are no files. */
export function pathOfOpenedFile(args: readonly string[], folder: string): string | undefined {
  const file = args.findLast((each) => !each.startsWith('-') && /\.takt$/i.test(each))
  return file === undefined ? undefined : `/drift?open=${encodeURIComponent(resolve(folder, file))}`
}
