import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Replayed } from '../domain/run'
import { writeSchedule } from './schedule-csv'

test('the id of a job never runs as a formula in a spreadsheet', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'takt-schedule-'))
  const replayed = {
    setting: { jobs: { ids: ['=HYPERLINK("http://evil.example","open")'] } },
    runs: [{ job: 0, place: 'cloud', startS: 0, endS: 60, shares: [{ node: 1, gpus: 8 }] }],
    cloudNodes: [],
  } as unknown as Replayed
  await writeSchedule(folder, 'takt', replayed)
  expect(readFileSync(join(folder, 'takt.jobs.csv'), 'utf8')).toBe(
    'job_id,place,node,gpus,start_s,end_s\r\n"\'=HYPERLINK(""http://evil.example"",""open"")",cloud,cloud-1,8,0,60\r\n',
  )
  rmSync(folder, { recursive: true })
})
