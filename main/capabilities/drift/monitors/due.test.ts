import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { anItem } from '../../../../test/support/builders/records'
import { aLine } from '../../../../test/support/fakes/line'
import { silentLog } from '../../../platform/log'
import { noVault } from '../../../platform/secrets/vault'
import { openStore, type Store } from '../../../platform/store'
import { inlineDesk } from '../desk/inline'
import { Drift } from '../service'
import { Tables } from '../testing/tables'
import { watchDue } from './due'

let tables: Tables, store: Store, line: ReturnType<typeof aLine>, drift: Drift
const folder = mkdtempSync(join(tmpdir(), 'takt-drift-due-'))
beforeEach(async () => {
  tables = await Tables.open()
  const opened = openStore(folder, { pid: process.pid, now: () => 1 })
  if (!opened.ok) throw new Error(opened.failure.code)
  store = opened.value
  line = aLine([anItem('spoof', [])])
  line.kube.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'voice' } })
  drift = new Drift({
    ...line,
    store,
    log: silentLog,
    vault: noVault,
    counting: inlineDesk(),
    reading: inlineDesk(),
    localUser: 'me',
    recordCheck: () => Promise.resolve({ ok: true, value: undefined }),
  })
})
afterEach(async () => {
  await drift.close()
  store.close()
  tables.close()
  rmSync(folder, { recursive: true, force: true })
})
const week = (at: number, shift: number) =>
  `SELECT sqrt(-2 * ln(((hash(i * 31 + ${at}) >> 11) + 0.5) / 9007199254740992.0)) + ${shift} AS x, TIMESTAMP '2026-01-05' + to_days(CAST(${at * 7} + i % 7 AS INTEGER)) AS at FROM range(2000) t(i)`
const events = () =>
  line.records.find('WorkItem', 'spoof')?.status.events?.map(({ type, text }) => [type, text])

test('a model is looked at when its time has come; an alert calls on its work item, once for each window', async () => {
  const reference = await tables.write('reference.parquet', week(0, 0))
  await tables.write('current-1.parquet', week(1, 0))
  const saved = drift.saveMonitor({
    settings: {
      model: 'spoof',
      about: '',
      owner: '',
      workItem: { namespace: 'voice', name: 'spoof' },
      reference: { path: reference },
      current: { path: join(tables.folder, 'current-*.parquet') },
      columns: ['x'],
      timeColumn: 'at',
      period: 'week',
      rule: { correction: 'none', level: 0.05 },
      alertAfter: { k: 1, n: 1 },
      limits: { watch: 0.1, act: 0.3 },
      incidents: [],
      everySeconds: 3600,
    },
  })
  expect(saved.ok).toBe(true)
  expect(await watchDue(drift)).toMatchObject([
    { model: 'spoof', window: '2026-01-12', alert: false },
  ])
  expect(await watchDue(drift)).toEqual([])
  await tables.write('current-2.parquet', week(2, 0.6))
  await line.clock.advance(3_600_000)
  expect(await watchDue(drift)).toMatchObject([{ window: '2026-01-19', alert: true }])
  await line.clock.advance(3_600_000)
  expect(await watchDue(drift)).toMatchObject([{ window: '2026-01-19', alert: true }])
  expect(events()).toEqual([
    ['gate-failed', expect.stringMatching(/^Drift of 2026-01-19: x moved by 0\.\d{3}$/)],
  ])
})

test('what cannot be read now is said, and tried again', async () => {
  drift.saveMonitor({
    settings: {
      model: 'none',
      about: '',
      owner: '',
      reference: { path: join(folder, 'nowhere.parquet') },
      current: { path: 'x' },
      period: 'week',
      rule: { correction: 'none', level: 0.05 },
      alertAfter: { k: 1, n: 1 },
      limits: { watch: 0.1, act: 0.3 },
      incidents: [],
      everySeconds: 60,
    },
  })
  expect(await watchDue(drift)).toMatchObject([
    { model: 'none', alert: false, failed: 'INPUT_UNUSABLE' },
  ])
  expect(await watchDue(drift)).toHaveLength(1)
})
