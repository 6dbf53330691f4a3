const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/g

interface Level {
  path: string
  seen: Set<string> | undefined
  key: string
  index: number
  atKey: boolean
}
const opened = (path: string, isObject: boolean): Level => ({
  path,
  seen: isObject ? new Set() : undefined,
  key: '',
  index: 0,
  atKey: isObject,
})
const placeOf = ({ path, seen, key, index }: Level): string =>
  seen ? (path === '' ? key : `${path}.${key}`) : `${path}[${index}]`

class Scan {
  readonly found: string[] = []
  readonly #stack: Level[] = []
  read(token: string): void {
    const level = this.#stack.at(-1)
    if (token === '{' || token === '[')
      this.#stack.push(opened(level ? placeOf(level) : '', token === '{'))
    else if (token === '}' || token === ']') this.#stack.pop()
    else if (level) this.#inside(level, token)
  }
  #inside(level: Level, token: string): void {
    if (token === ',') {
      level.atKey = level.seen !== undefined
      level.index += 1
    } else if (level.atKey && token.startsWith('"')) {
      level.key = JSON.parse(token) as string
      level.atKey = false
      if (level.seen?.has(level.key)) this.found.push(placeOf(level))
      level.seen?.add(level.key)
    }
  }
}
/** The paths of members that a JSON text says twice: JSON.parse keeps the last and does not tell. */
export function duplicateFields(text: string): string[] {
  const scan = new Scan()
  for (const [token] of text.matchAll(TOKEN)) scan.read(token)
  return scan.found
}
