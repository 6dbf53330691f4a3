import { execFileSync } from 'node:child_process'
import { gzipSync } from 'node:zlib'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readSpot } from './spot-json'
import { parseTrace, readTrace } from './trace-csv'

const HEADER = 'job_id,submission_time,num_gpu,duration,team,deadline_s\n'
const parse = (text: string, skipBadLines = false) =>
  parseTrace(Buffer.from(text), { file: 'trace.csv', skipBadLines })
const issuesOf = async (text: string) => {
  const outcome = await parse(text)
  return outcome.ok || outcome.failure.code !== 'INVALID' ? [] : outcome.failure.data.issues
}
let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'takt-trace-'))
})
afterAll(async () => {
  await rm(folder, { recursive: true })
})

test('reads what is there and leaves out what is optional', async () => {
  expect(await parse(`${HEADER}a,10,8,3600,vision,9000\nb,5,1,60.5,,\n`)).toEqual({
    ok: true,
    value: {
      skipped: [],
      jobs: [
        { id: 'a', submitS: 10, gpus: 8, durationS: 3600, team: 'vision', deadlineS: 9000 },
        { id: 'b', submitS: 5, gpus: 1, durationS: 60.5 },
      ],
    },
  })
})
test('names columns that are missing', async () => {
  expect(await issuesOf('job_id,submission_time\na,1\n')).toEqual([
    { path: 'trace.csv line 1', says: 'lacks the columns num_gpu, duration' },
  ])
})
test.each([
  ['a negative duration', 'a,1,1,-5,,', 'duration is not positive ("-5")'],
  ['an absurd duration', 'a,1,1,1e12,,', 'duration is longer than ten years ("1e12")'],
  ['no GPU', 'a,1,0,60,,', 'num_gpu is less than one GPU ("0")'],
  ['half a GPU', 'a,1,0.5,60,,', 'num_gpu is not a whole number ("0.5")'],
  ['a word', 'a,soon,1,60,,', 'submission_time is not a number ("soon")'],
  ['not a number', 'a,NaN,1,60,,', 'submission_time is not a number ("NaN")'],
  ['a short line', 'a,1', 'num_gpu is missing, duration is missing'],
  ['no name', ',1,1,60,,', 'job_id is empty ("")'],
  ['the same job again', 'ok,1,1,60,,', 'job_id ok stands on line 2 already'],
])('names the line with %s', async (_why, line, says) => {
  expect(await issuesOf(`${HEADER}ok,1,1,60,,\n\n${line}\n`)).toEqual([
    { path: 'trace.csv line 4', says },
  ])
})
test('leaves bad lines out if asked to, and still names them', async () => {
  const outcome = await parse(`${HEADER}ok,1,1,60,,\nbad,1,1,-1,,\n`, true)
  expect(outcome.ok && [outcome.value.jobs.length, outcome.value.skipped]).toEqual([
    1,
    [{ path: 'trace.csv line 3', says: 'duration is not positive ("-1")' }],
  ])
})
test('names at most twenty lines, and says how many more there are', async () => {
  const issues = await issuesOf(HEADER + 'x,1,1,-1,,\n'.repeat(45))
  expect([issues.length, issues.at(-1)?.says]).toEqual([21, 'and 25 more lines'])
})
test.each<[what: string, bytes: Uint8Array, path: string, says: string]>([
  [
    'nothing at all',
    Buffer.from(''),
    'trace.csv',
    'is empty; it has to begin with the line job_id,submission_time,num_gpu,duration',
  ],
  [
    'bytes that are no UTF-8',
    Buffer.concat([
      Buffer.from(`${HEADER}a,0,1,60\nj`),
      Buffer.from([0xe9]),
      Buffer.from(',0,1,60\n'),
    ]),
    'trace.csv line 3',
    'is not text in UTF-8; save the file in UTF-8',
  ],
  [
    'semicolons',
    Buffer.from(`${HEADER.replaceAll(',', ';')}a;0;1;60`),
    'trace.csv line 1',
    'lacks the columns job_id, submission_time, num_gpu, duration; columns have to be separated by commas',
  ],
  [
    'a quote that never ends',
    Buffer.from(`${HEADER}a,0,1,60\nb,"5,2,60\n`),
    'trace.csv line 3',
    'Quote Not Closed: the parsing is finished with an opening quote at line 3',
  ],
])('says of %s where it is and what to do', async (_what, bytes, path, says) => {
  expect(await parseTrace(Buffer.from(bytes), { file: 'trace.csv', skipBadLines: true })).toEqual({
    ok: false,
    failure: { code: 'INVALID', data: { issues: [{ path, says }] } },
  })
})
test('reads UTF-16 that says so', async () => {
  const text = Buffer.from(`\ufeff${HEADER}a,0,1,60`, 'utf16le')
  expect(await parseTrace(text, { file: 'trace.csv', skipBadLines: false })).toMatchObject({
    ok: true,
    value: { jobs: [{ id: 'a', gpus: 1 }] },
  })
})
test('says that a file holds no job', async () => {
  expect(await issuesOf(HEADER)).toEqual([{ path: 'trace.csv', says: 'holds no job' }])
})
test('says what quoting is broken', async () => {
  expect((await issuesOf(`${HEADER}"a,1,1,60,,\n`))[0]?.says).toMatch(/quote/i)
})
test('reads 82,000 unsorted rows', async () => {
  const rows = Array.from(
    { length: 82_000 },
    (_, index) => `j${index},${(index * 7919) % 1_000_003},${1 + (index % 8)},${60 + index},,`,
  )
  const outcome = await parse(HEADER + rows.join('\n'))
  expect(outcome.ok && outcome.value.jobs.length).toBe(82_000)
})
test('unpacks gzip, and says when it was cut short', async () => {
  const packed = gzipSync(`${HEADER}a,1,1,60,,\n`)
  const [whole, cut] = [join(folder, 'whole.csv.gz'), join(folder, 'cut.csv.gz')]
  await writeFile(whole, packed)
  await writeFile(cut, packed.subarray(0, packed.length - 12))
  expect((await readTrace(whole)).ok).toBe(true)
  const outcome = await readTrace(cut)
  expect(!outcome.ok && outcome.failure).toMatchObject({
    code: 'INVALID',
    data: { issues: [{ path: cut, says: expect.stringContaining('may have been cut short') }] },
  })
})
test('says what is no file to read a trace from, and reads nothing of it', async () => {
  execFileSync('mkfifo', [join(folder, 'pipe.csv')])
  for (const [file, says] of [
    ['/dev/zero', 'cannot be read: it is a device, which may never end'],
    [join(folder, 'pipe.csv'), 'cannot be read: it is a named pipe, which may never end'],
  ] as const)
    expect(await readTrace(file)).toMatchObject({
      failure: { code: 'INVALID', data: { issues: [{ path: file, says }] } },
    })
})
test('says which file is not there', async () => {
  expect(await readTrace(join(folder, 'none.csv'))).toEqual({
    ok: false,
    failure: {
      code: 'INVALID',
      data: {
        issues: [{ path: join(folder, 'none.csv'), says: 'cannot be read: there is no such file' }],
      },
    },
  })
  expect(await readTrace(folder)).toEqual({
    ok: false,
    failure: {
      code: 'INVALID',
      data: { issues: [{ path: folder, says: 'cannot be read: it is a folder' }] },
    },
  })
})
test('reads availability of a zone and refuses what is none', async () => {
  const [good, bad, text] = [
    join(folder, 'zone.json'),
    join(folder, 'bad.json'),
    join(folder, 'text.json'),
  ]
  await writeFile(good, JSON.stringify({ metadata: { gap_seconds: 600 }, data: [1, 1, 0] }))
  await writeFile(bad, JSON.stringify({ metadata: {}, data: [1, 1] }))
  await writeFile(text, 'up, up, down')
  const zone = await readSpot(good)
  expect(
    zone.ok && [
      zone.value.name,
      zone.value.record.availableAt(1199),
      zone.value.record.availableAt(1200),
      zone.value.record.nextChangeS(0),
    ],
  ).toEqual(['zone', true, false, 1200])
  expect((await readSpot(bad)).ok).toBe(false)
  expect((await readSpot(text)).ok).toBe(false)
})
