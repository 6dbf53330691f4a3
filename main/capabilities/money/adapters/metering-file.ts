import { exact } from '../../../kernel/exact'
import { instantS } from '../../../platform/calendar'
import { jsonLines } from '../../../platform/json-lines'
import { WHOLE_GPU } from '../domain/ledger/book'
import { noMetering, NANO, UNMEASURED, type Metering } from '../domain/ledger/records'

/** A line that was left out, and why. */
export interface LineProblem {
  line: number
  why: string
}
type Fields = Record<string, unknown>
class BadLine extends Error {}

function text(fields: Fields, name: string): string {
  const value = fields[name]
  if (typeof value === 'string' && value !== '' && value.length <= 253) return value
  throw new BadLine(`no ${name}`)
}
const optionalText = (fields: Fields, name: string) =>
  fields[name] === undefined || fields[name] === null ? undefined : text(fields, name)
function instant(fields: Fields, name: string): number {
  const atS = instantS(fields[name])
  if (atS === undefined) throw new BadLine(`${name} is no instant with an offset`)
  return atS
}
const optionalInstant = (fields: Fields, name: string) =>
  fields[name] === undefined || fields[name] === null ? undefined : instant(fields, name)
/** A span of which only the end may be missing. */
function span(fields: Fields) {
  const [fromS, toS] = [instant(fields, 'from'), optionalInstant(fields, 'to')]
  if (toS !== undefined && toS < fromS) throw new BadLine('it ends before it begins')
  return { fromS, toS }
}
function closedSpan(fields: Fields) {
  const { fromS, toS } = span(fields)
  if (toS === undefined) throw new BadLine('no to')
  return { fromS, toS }
}
const MOST = 1_000_000
function whole(fields: Fields, name: string, least = 0): number {
  const value = Number(fields[name])
  if (Number.isInteger(value) && value >= least && value <= MOST) return value
  throw new BadLine(`${name} has to be a whole number of at least ${String(least)}`)
}
/** An amount in billionths. */
function nano(fields: Fields, name: string): bigint {
  const value = fields[name]
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MOST)
    return BigInt(value) * NANO
  const amount = typeof value === 'string' || typeof value === 'number' ? exact(value) : undefined
  if (!amount || amount.compare(0) < 0) throw new BadLine(`${name} is no amount`)
  const scaled = amount.mul(Number(NANO))
  if (scaled.d !== 1n) throw new BadLine(`${name} has more than nine decimals`)
  return scaled.n
}

const SHARE_NANO = 1e9
/** Engine shares in billionths; what is no share from 0 to 1 is not measured, and counted. */
function engineOf(fields: Fields): { engineNano: Int32Array; bad: number } {
  const engine = fields['engine']
  if (!Array.isArray(engine)) throw new BadLine('no engine')
  const engineNano = new Int32Array(engine.length)
  let bad = 0
  for (const [index, share] of (engine as unknown[]).entries()) {
    const value =
      share === null ? UNMEASURED : typeof share === 'boolean' || share === '' ? NaN : Number(share)
    const good = share === null || (value >= 0 && value <= 1)
    if (!good) bad += 1
    engineNano[index] = good && share !== null ? Math.round(value * SHARE_NANO) : UNMEASURED
  }
  return { engineNano, bad }
}

function pod(fields: Fields): Metering['pods'][number] {
  const queuedS = instant(fields, 'queuedAt')
  const startedS = optionalInstant(fields, 'startedAt')
  const endedS = optionalInstant(fields, 'endedAt') ?? optionalInstant(fields, 'lastSeen')
  if (endedS !== undefined && endedS < (startedS ?? queuedS))
    throw new BadLine('it ends before it begins')
  if (startedS !== undefined && startedS < queuedS)
    throw new BadLine('it starts before it was queued')
  return {
    uid: text(fields, 'uid'),
    project: text(fields, 'project'),
    person: optionalText(fields, 'person') ?? '(unknown)',
    site: text(fields, 'site'),
    node: optionalText(fields, 'node'),
    model: optionalText(fields, 'model'),
    run: optionalText(fields, 'run'),
    resource: optionalText(fields, 'resource') ?? WHOLE_GPU,
    gpusNano: nano(fields, 'gpus'),
    coresNano: nano(fields, 'cpu'),
    memoryGiNano: nano(fields, 'memoryGi'),
    queuedS,
    startedS,
    endedS,
  }
}

/** Takes records one by one and remembers which ids it has seen. */
class Reader {
  readonly metering = noMetering()
  readonly problems: LineProblem[] = []
  readonly #seen = new Set<string>()

  take(line: number, value: unknown) {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return this.leave(line, 'not JSON')
    const fields = value as Fields
    const kind = typeof fields['kind'] === 'string' ? fields['kind'] : ''
    const read = Object.hasOwn(this.#kinds, kind) ? this.#kinds[kind] : undefined
    if (!read) return this.leave(line, 'unknown kind')
    try {
      read(fields, line)
    } catch (error) {
      if (!(error instanceof BadLine)) throw error
      this.leave(line, error.message)
    }
  }
  leave(line: number, why: string) {
    this.problems.push({ line, why })
  }
  #once(id: string) {
    if (this.#seen.has(id)) throw new BadLine(`${id} stands twice`)
    this.#seen.add(id)
  }

  readonly #kinds: Record<string, (fields: Fields, line: number) => void> = {
    node: (fields) => {
      const node = {
        name: text(fields, 'name'),
        site: text(fields, 'site'),
        model: text(fields, 'model'),
        gpus: whole(fields, 'gpus'),
        ...span(fields),
      }
      this.#once(`node ${node.name}`)
      this.metering.nodes.push(node)
    },
    faulted: (fields) => {
      this.metering.faulted.push({
        node: text(fields, 'node'),
        gpus: whole(fields, 'gpus'),
        ...closedSpan(fields),
      })
    },
    project: (fields) => {
      this.metering.owners.push({
        project: text(fields, 'name'),
        team: optionalText(fields, 'team') ?? '(unknown)',
        costCentre: optionalText(fields, 'costCentre') ?? '(unknown)',
        fromS: instant(fields, 'from'),
      })
    },
    pod: (fields) => {
      const one = pod(fields)
      this.#once(`pod ${one.uid}`)
      this.metering.pods.push(one)
    },
    samples: (fields, line) => {
      const { engineNano, bad } = engineOf(fields)
      const gpu = fields['gpu'] === undefined ? undefined : whole(fields, 'gpu')
      this.metering.samples.push({
        pod: text(fields, 'pod'),
        gpu,
        gpus: gpu === undefined ? whole(fields, 'gpus', 1) : 1,
        fromS: instant(fields, 'from'),
        stepS: whole(fields, 'step', 1),
        engineNano,
      })
      if (bad > 0) this.leave(line, `${String(bad)} samples are no share from 0 to 1`)
    },
    gap: (fields) => {
      this.metering.gaps.push({ site: text(fields, 'site'), ...closedSpan(fields) })
    },
    storage: (fields) => {
      this.metering.storage.push({
        project: text(fields, 'project'),
        person: optionalText(fields, 'person') ?? '(shared)',
        site: text(fields, 'site'),
        giNano: nano(fields, 'gi'),
        ...span(fields),
      })
    },
    shared: (fields) => {
      const usdPerHour = fields['usdPerHour']
      if (typeof usdPerHour !== 'string' && typeof usdPerHour !== 'number')
        throw new BadLine('no usdPerHour')
      const usd = exact(usdPerHour)
      if (!usd || usd.compare(0) < 0) throw new BadLine('usdPerHour is no price')
      this.metering.shared.push({
        name: text(fields, 'name'),
        usdPerHour: usd,
        ...span(fields),
      })
    },
  }
}

/** The metering records of a file with one a line, in any order; a line that makes no sense is named with its number, and the rest counts. */
export async function readMetering(
  file: string,
  signal?: AbortSignal,
): Promise<{ metering: Metering; problems: LineProblem[] }> {
  const reader = new Reader()
  for await (const lines of jsonLines(file, signal))
    for (const { line, value, why } of lines)
      if (why === undefined) reader.take(line, value)
      else reader.leave(line, why)
  return { metering: reader.metering, problems: reader.problems }
}
