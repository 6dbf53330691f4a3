import { isUtf8 } from 'node:buffer'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { CsvError, parse } from 'csv-parse'
import { z } from 'zod'
import { failure } from '../../../../preload/contract/failures'
import { MOST_TRACE_BYTES } from '../../../../preload/contract/limits'
import { fail, succeed, type Outcome } from '../../../kernel/outcome'
import { MOST_BYTES, readRegularFile } from '../../../platform/files'
import type { TraceJob } from '../domain/trace'

const TEN_YEARS_S = 315_360_000
const NAMED_AT_MOST = 20
const number = (schema: z.ZodType<number, number>) =>
  z
    .string()
    .trim()
    .regex(/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/, 'is not a number')
    .transform(Number)
    .pipe(schema)
const optional = <T extends z.ZodType>(schema: T) =>
  z.preprocess((text) => (text === '' ? undefined : text), schema.optional())

const Row = z.object({
  job_id: z.string().trim().min(1, 'is empty'),
  submission_time: number(z.number().min(0, 'is negative').max(1e10, 'is absurdly large')),
  num_gpu: number(
    z
      .number()
      .int('is not a whole number')
      .min(1, 'is less than one GPU')
      .max(100_000, 'is absurdly large'),
  ),
  duration: number(
    z.number().positive('is not positive').max(TEN_YEARS_S, 'is longer than ten years'),
  ),
  user: optional(z.string()),
  team: optional(z.string()),
  priority: optional(number(z.number().min(-1e9).max(1e9))),
  dataset_gb: optional(number(z.number().min(0, 'is negative').max(1e9, 'is absurdly large'))),
  deadline_s: optional(number(z.number().min(0, 'is negative').max(1e11, 'is absurdly large'))),
})
const REQUIRED = ['job_id', 'submission_time', 'num_gpu', 'duration'] as const

interface Issue {
  path: string
  says: string
}
export interface ReadTrace {
  jobs: TraceJob[]
  skipped: Issue[]
}

const invalid = (issues: Issue[]) => fail(failure('INVALID', { issues }))
const gunzipped = promisify(gunzip)

/** The bytes of a file, unpacked if its name ends in .gz. */
export async function readPacked(file: string): Promise<Outcome<Buffer>> {
  const read = await readRegularFile(file, { mostBytes: MOST_BYTES.trace })
  return read.ok
    ? unpacked(read.value, file)
    : invalid([{ path: file, says: `cannot be read: ${read.failure.data.cause}` }])
}

/** The content of a file that was read or sent, unpacked if its name ends in .gz. */
export async function unpacked(bytes: Uint8Array, file: string): Promise<Outcome<Buffer>> {
  if (!file.endsWith('.gz'))
    return succeed(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  try {
    return succeed(await gunzipped(bytes, { maxOutputLength: MOST_TRACE_BYTES }))
  } catch (error) {
    return invalid([
      {
        path: file,
        says: `cannot be unpacked: ${error instanceof Error ? error.message : String(error)}; it may have been cut short`,
      },
    ])
  }
}

/** Reads a trace of jobs; every line that makes no sense is named with its number, and refuses the file unless `skipBadLines`. */
export async function readTrace(
  file: string,
  { skipBadLines = false } = {},
): Promise<Outcome<ReadTrace>> {
  const bytes = await readPacked(file)
  return bytes.ok ? parseTrace(bytes.value, { file, skipBadLines }) : bytes
}

export async function parseTrace(
  bytes: Buffer,
  { file, skipBadLines }: { file: string; skipBadLines: boolean },
): Promise<Outcome<ReadTrace>> {
  const read = {
    jobs: new Array<TraceJob>(),
    bad: new Array<Issue>(),
    lineOf: new Map<string, number>(),
  }
  const garbled = garbledAt(bytes)
  if (garbled !== undefined)
    return invalid([
      { path: `${file} line ${garbled}`, says: 'is not text in UTF-8; save the file in UTF-8' },
    ])
  let [missing, given]: [string[], string[]] = [[...REQUIRED], []]
  const columns = (header: string[]) => {
    const names = header.map((name) => name.trim())
    given = names
    missing = REQUIRED.filter((name) => !names.includes(name))
    return names
  }
  try {
    const rows = parse(bytes, {
      info: true,
      bom: true,
      skip_empty_lines: true,
      relax_column_count: true,
      columns,
    }) as AsyncIterable<Line>
    for await (const line of rows) {
      if (missing.length > 0) break
      readLine(file, line, read)
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    return invalid([
      {
        path: 'lines' in error ? `${file} line ${String(error.lines)}` : file,
        says: error.message.replace(/, value is .*$/s, ''),
      },
    ])
  }
  const { jobs, bad } = read
  if (missing.length > 0) return invalid([headerIssue(file, missing, given)])
  if (bad.length > 0 && !skipBadLines) return invalid(named(bad))
  return jobs.length > 0
    ? succeed({ jobs, skipped: bad })
    : invalid([{ path: file, says: 'holds no job' }])
}

const headerIssue = (file: string, missing: readonly string[], given: readonly string[]): Issue =>
  given.length === 0
    ? { path: file, says: `is empty; it has to begin with the line ${REQUIRED.join(',')}` }
    : {
        path: `${file} line 1`,
        says: `lacks the ${missing.length === 1 ? 'column' : 'columns'} ${missing.join(', ')}${separatorSays(given)}`,
      }
/** The first line that is not UTF-8; files that say in their first bytes that they are UTF-16 are read as such. */
function garbledAt(bytes: Buffer): number | undefined {
  const marked =
    (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)
  if (marked || (isUtf8(bytes) && !bytes.includes(0))) return undefined
  let [from, line] = [0, 1]
  for (
    let end = bytes.indexOf(10);
    end >= 0 && isPlain(bytes.subarray(from, end));
    end = bytes.indexOf(10, from)
  )
    [from, line] = [end + 1, line + 1]
  return line
}
const isPlain = (line: Buffer) => isUtf8(line) && !line.includes(0)
const separatorSays = ([only = '', ...others]: readonly string[]) =>
  others.length === 0 && /[;\t]/.test(only) ? '; columns have to be separated by commas' : ''

interface Line {
  record: Record<string, string>
  info: { lines: number }
}
function readLine(
  file: string,
  { record, info }: Line,
  into: { jobs: TraceJob[]; bad: Issue[]; lineOf: Map<string, number> },
): void {
  const says = (what: string) => into.bad.push({ path: `${file} line ${info.lines}`, says: what })
  const parsed = Row.safeParse(record)
  if (!parsed.success) {
    says(
      parsed.error.issues
        .map((issue) => `${issue.path.join('.')} ${wording(record, issue)}`)
        .join(', '),
    )
    return
  }
  const first = into.lineOf.get(parsed.data.job_id)
  if (first !== undefined) says(`job_id ${parsed.data.job_id} stands on line ${first} already`)
  else into.jobs.push(toJob(parsed.data))
  into.lineOf.set(parsed.data.job_id, first ?? info.lines)
}

const wording = (record: Record<string, string>, issue: z.core.$ZodIssue) => {
  const column = String(issue.path[0] ?? '')
  return record[column] === undefined
    ? 'is missing'
    : `${issue.message} (${JSON.stringify(record[column].slice(0, 40))})`
}
const named = (bad: Issue[]) =>
  bad.length <= NAMED_AT_MOST
    ? bad
    : [
        ...bad.slice(0, NAMED_AT_MOST),
        { path: '', says: `and ${bad.length - NAMED_AT_MOST} more lines` },
      ]

const toJob = (row: z.output<typeof Row>): TraceJob => ({
  id: row.job_id,
  submitS: row.submission_time,
  gpus: row.num_gpu,
  durationS: row.duration,
  ...(row.user !== undefined && { user: row.user }),
  ...(row.team !== undefined && { team: row.team }),
  ...(row.priority !== undefined && { priority: row.priority }),
  ...(row.dataset_gb !== undefined && { datasetGb: row.dataset_gb }),
  ...(row.deadline_s !== undefined && { deadlineS: row.deadline_s }),
})
