const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/g

interface Level { path: string; seen: Set<string> | undefined; key: string; index: number; atKey: boolean }
const opened = (path: string, isObject: boolean): Level => ({ path, seen: isObject ? new Set() : undefined, key: '', index: 0, atKey: isObject })
const placeOf = ({ path, seen, key, index }: Level): string => (seen ? (path === '' ? key : `${path}.${key}`) : `${path}[${index}]`)

/** The paths of members that a JSON text says twice: JSON.parse keeps the last and does not tell. */
export function duplicateFields(text: string): string[] {
  const found: string[] = []
  const stack: Level[] = []
  for (const [token] of text.matchAll(TOKEN)) {
    const level = stack.at(-1)
    if (token === '{' || token === '[') stack.push(opened(level ? placeOf(level) : '', token === '{'))
    else if (token === '}' || token === ']') stack.pop()
    else if (level && token === ',') { level.atKey = level.seen !== undefined; level.index += 1 }
    else if (level?.atKey && token.startsWith('"')) {
      level.key = JSON.parse(token) as string
      level.atKey = false
      if (level.seen?.has(level.key)) found.push(placeOf(level))
      level.seen?.add(level.key)
    }
  }
  return found
}
