import { readYaml } from '../../../platform/yaml'

/** Text by its mark, as kubectl's reader takes it: UTF-16 in either order, else UTF-8. */
export function textOf(bytes: Uint8Array): string {
  const encoding =
    bytes[0] === 0xff && bytes[1] === 0xfe
      ? 'utf-16le'
      : bytes[0] === 0xfe && bytes[1] === 0xff
        ? 'utf-16be'
        : 'utf-8'
  return new TextDecoder(encoding).decode(bytes)
}

/** A piece of a kubeconfig, or why the file is none; what stands behind the first document is only told. */
export type KubeconfigPart = { document: unknown } | { unusable: string } | { issue: string }

/** The first document of a text, for kubectl reads no other. */
export function* wholeOf(text: string): Generator<KubeconfigPart, void> {
  const [first, second] = readYaml(text, { repeatedKeys: 'last counts', maxAliases: 1000 })
  if (!first) return
  if ('says' in first)
    // The parser quotes the line that it could not read, and that line may be a key.
    return yield {
      unusable: `it is not YAML (line ${String(first.line)}: ${first.says.slice(0, 120)})`,
    }
  yield { document: first.value }
  if (second)
    yield {
      issue:
        'what stands behind the first --- is not read, as by kubectl: put it into a file of its own',
    }
}

const SMALL = 256_000
const FIRST_ENTRIES = 500
const MOST_ENTRIES = 5000
/**
 * The same for a long text in pieces, contexts last, so that the first of them are there long before the whole is read. Only a
 * plainly written file can be cut; in any other one an entry may mean something that stands elsewhere.
 */
export function* partsOf(text: string): Generator<KubeconfigPart, void> {
  const sections = text.length > SMALL ? sectionsOf(text) : undefined
  if (!sections) return yield* wholeOf(text)
  const last = (head: string) => (head === 'contexts:' ? 1 : 0)
  for (const { head, lines } of sections.sort((a, b) => last(a.head) - last(b.head)))
    for (const piece of piecesOf(head, lines)) {
      const [read, another] = readYaml(piece, { repeatedKeys: 'last counts', maxAliases: 0 })
      // What cannot be read in pieces is read whole, and that says what is wrong with it.
      if (!read || another || 'says' in read) return yield* wholeOf(text)
      yield { document: read.value }
    }
}

interface Section {
  head: string
  lines: string[]
}
/** The lines below each key of the outermost object; undefined where the text holds anchors, other documents, or is written in another way. */
function sectionsOf(text: string): Section[] | undefined {
  if (/(^|[\s[{,])[&*]|^(---|\.\.\.)|^[%{["']/m.test(text)) return undefined
  const sections: Section[] = []
  for (const line of text.split(/\r?\n/)) {
    if (/^[A-Za-z][\w-]*:/.test(line)) sections.push({ head: line.trimEnd(), lines: [] })
    else sections.at(-1)?.lines.push(line)
  }
  const heads = sections.map(({ head }) => head.split(':')[0])
  return new Set(heads).size === heads.length ? sections : undefined
}
/** A section cut before entries of its list; whole where it is no list. */
function* piecesOf(head: string, lines: string[]): Generator<string, void> {
  const dash = /^ *- /.exec(lines.find((line) => line.trim() !== '') ?? '')?.[0]
  let piece: string[] = []
  let entries = 0
  let most = FIRST_ENTRIES
  for (const line of lines) {
    if (dash !== undefined && line.startsWith(dash) && ++entries > most) {
      yield [head, ...piece].join('\n')
      piece = []
      entries = 1
      most = MOST_ENTRIES
    }
    piece.push(line)
  }
  yield [head, ...piece].join('\n')
}
