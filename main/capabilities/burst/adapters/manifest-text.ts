import { LineCounter, parseAllDocuments, type Document } from 'yaml'
import { YAML_AS_KUBECTL } from '../../../platform/yaml'
import type { TwoLines } from '../../../../preload/contract/burst'
import { failure } from '../../../../preload/contract/failures'
import { fail, succeed, type Outcome } from '../../../kernel/outcome'
import { isObject, kindOf, type Json, type JsonObject, type Path } from '../domain/movable'
import {
  exchanged,
  readLines,
  type Exchange,
  type Place,
  type Problem,
  type Read,
} from '../domain/lines'

interface Text {
  text: string
  file: string
}
interface One {
  documents: Document.Parsed[]
  object: JsonObject
}
const MOST = 1_000_000

/** The lines that a move changes in each workload of a manifest file (YAML or JSON, several documents). Everything in the way is named with its line. */
export function linesOf({ text, file }: Text, to: (read: Read) => Exchange): Outcome<TwoLines[]> {
  const counter = new LineCounter()
  const opened = open({ text, file }, counter)
  if (!opened.ok) return opened
  const issues: { path: string; says: string }[] = []
  const done: TwoLines[] = []
  for (const one of opened.value) {
    const found = readLines(one.object)
    if ('problems' in found) issues.push(...issuesOf(one, found.problems, { file, counter }))
    else done.push(diffOf({ text, counter }, one, { read: found.read, to: to(found.read) }))
  }
  return issues.length > 0 ? fail(failure('INVALID', { issues })) : succeed(done)
}

function open({ text, file }: Text, counter: LineCounter): Outcome<One[]> {
  const refuse = (line: number, says: string) =>
    fail(failure('INVALID', { issues: [{ path: `${file}:${String(line)}`, says }] }))
  if (text.length > MOST) return refuse(1, 'the file is larger than a megabyte')
  const documents = parseAllDocuments(text, {
    ...YAML_AS_KUBECTL,
    lineCounter: counter,
    uniqueKeys: true,
  })
  const all: One[] = []
  for (const document of documents) {
    if (!('errors' in document)) break
    const [wrong] = document.errors
    if (wrong)
      return refuse(
        counter.linePos(wrong.pos[0]).line,
        wrong.message.split('\n')[0]?.replace(/ at line \d+.*$/, '') ?? 'it is no YAML',
      )
    const object = toObject(document)
    if (!object.ok) return refuse(counter.linePos(document.range[0]).line, object.says)
    if (object.value === null) continue
    if (!isObject(object.value))
      return refuse(counter.linePos(document.range[0]).line, 'it is no object')
    all.push({ documents: [document], object: object.value })
  }
  return all.length === 0 ? refuse(1, 'it holds no manifest') : succeed(pipelines(all))
}

/** Aliases that unfold without end are refused, not followed. */
function toObject(
  document: Document.Parsed,
): { ok: true; value: Json } | { ok: false; says: string } {
  try {
    return { ok: true, value: document.toJS({ maxAliasCount: 100 }) as Json }
  } catch (error) {
    return { ok: false, says: error instanceof Error ? error.message : 'it cannot be read' }
  }
}

/** A compiled pipeline is two documents, the second with what concerns Kubernetes: its lines stand in either. */
function pipelines(all: One[]): One[] {
  const [first, second] = all
  if (
    !first ||
    !second ||
    kindOf(first.object) !== 'Pipeline' ||
    !isObject(second.object['platforms'])
  )
    return all
  return [
    {
      documents: [...first.documents, ...second.documents],
      object: { ...first.object, platforms: second.object['platforms'] },
    },
  ]
}

type Range = [number, number, number]
/** Where the node of a path is written, in whichever of the documents has it. */
function rangeOf({ documents }: One, path: Path): Range | undefined {
  for (const document of documents) {
    const node = path.length === 0 ? document.contents : document.getIn(path, true)
    if (typeof node === 'object' && node !== null && 'range' in node && node.range)
      return node.range as Range
  }
  return undefined
}
/** A place that is missing is named by the nearest one above it. */
function lineAt(one: One, path: Path, counter: LineCounter): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const range = rangeOf(one, path.slice(0, length))
    if (range) return counter.linePos(range[0]).line
  }
  return 1
}
const issuesOf = (
  one: One,
  problems: Problem[],
  { file, counter }: { file: string; counter: LineCounter },
) =>
  problems
    .map(({ path, says, remedy }) => ({
      line: lineAt(one, path, counter),
      says: `${says}. ${remedy}`,
    }))
    .toSorted((a, b) => a.line - b.line)
    .map(({ line, says }) => ({ path: `${file}:${String(line)}`, says }))

interface Change {
  place: Place
  start: number
  end: number
  line: number
  to: string
  text: string
}

function diffOf(
  { text, counter }: { text: string; counter: LineCounter },
  one: One,
  { read, to }: { read: Read; to: Exchange },
): TwoLines {
  const changes = read.places
    .flatMap((place): Change[] => {
      const value = exchanged(place, to)
      const range = rangeOf(one, place.path)
      if (value === place.value || !range) return []
      return [
        {
          place,
          start: range[0],
          end: range[1],
          line: counter.linePos(range[0]).line,
          to: value,
          text: written(text.slice(range[0], range[1]), place.value, value),
        },
      ]
    })
    .toSorted((a, b) => a.start - b.start)
  const after = changes.reduceRight(
    (all, { start, end, text: written }) => all.slice(0, start) + written + all.slice(end),
    text,
  )
  return {
    kind: read.kind,
    name: read.name,
    before: text,
    after,
    lines: hunk(
      text.split('\n'),
      after.split('\n'),
      changes.map(({ line }) => line),
    ),
    changed: changes.map(({ place, line, to: value }) => ({
      what: place.what,
      path: place.path.join('.'),
      line,
      from: place.value,
      to: value,
    })),
  }
}
/** Keeps the quotes a value had; a value written in some other way is quoted. */
const written = (source: string, from: string, to: string): string =>
  source.includes(from) && !source.includes('\n')
    ? source.replace(from, () => to)
    : JSON.stringify(to)

/** Each changed line under the keys it stands under. */
function hunk(before: string[], after: string[], lines: number[]): TwoLines['lines'] {
  const shown: TwoLines['lines'] = []
  const said = new Set<number>()
  for (const line of new Set(lines)) {
    for (const parent of parents(before, line - 1)) {
      if (said.has(parent)) continue
      said.add(parent)
      shown.push({ op: ' ', text: before[parent] ?? '' })
    }
    shown.push({ op: '-', text: before[line - 1] ?? '' }, { op: '+', text: after[line - 1] ?? '' })
  }
  return shown
}
function parents(lines: string[], index: number): number[] {
  const depth = (text: string) => text.length - text.trimStart().replace(/^(- +)+/, '').length
  const found: number[] = []
  let limit = depth(lines[index] ?? '')
  for (let at = index - 1; at >= 0 && limit > 0; at -= 1) {
    const text = lines[at] ?? ''
    if (text.trim() === '' || text.trimStart().startsWith('#') || /^---/.test(text)) continue
    const own = text.length - text.trimStart().length
    if (own >= limit) continue
    found.unshift(at)
    limit = own
  }
  return found
}
