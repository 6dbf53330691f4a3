import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { DatabaseSync } from 'node:sqlite'
import { seeded } from '../../../main/kernel/random'
import { openStore } from '../../../main/platform/store'
import { printTable } from '../shared/report'
import { simulateDay, USE } from './year'

const { values } = parseArgs({ options: { days: { type: 'string', default: '364' } } })
const DAYS = Number(values.days)
const QUARTER = Math.max(1, Math.round(DAYS / 4))
const MOST_MB = 256
const megabytes = (bytes: number) => bytes / 2 ** 20

const folder = mkdtempSync(join(tmpdir(), 'takt-bench-store-'))
function open() {
  const opened = openStore(folder, { pid: process.pid, now: () => 1 })
  if (!opened.ok) throw new Error(opened.failure.code)
  return opened.value
}
/** Bytes that the rows of each table take, read from the closed file. */
function tables(file: string) {
  const db = new DatabaseSync(file, { readOnly: true })
  const sizes: Record<string, string> = {
    sample: 'series || json',
    record: 'key || json',
    operation: 'id || json',
    journal: 'operation || says',
    draft: 'id || json',
    view: 'key || json',
    setting: 'key || json',
    blob: 'bytes',
  }
  const rows = Object.entries(sizes).map(([table, what]) => {
    const found = db
      .prepare(`SELECT COUNT(*) AS rows, COALESCE(SUM(LENGTH(${what})), 0) AS bytes FROM ${table}`)
      .get() as { rows: number; bytes: number }
    return [table, found.rows.toLocaleString('en'), megabytes(found.bytes)]
  })
  db.close()
  return rows
}

const random = seeded(1)
let store = open()
const started = performance.now()
const quarters: { day: number; fileMb: number; logMb: number }[] = []
for (let day = 0; day < DAYS; day++) {
  simulateDay({ store, random }, day)
  if ((day + 1) % QUARTER !== 0) continue
  const logMb = megabytes(statSync(`${store.file}-wal`).size)
  store.close()
  quarters.push({ day: day + 1, fileMb: megabytes(statSync(store.file).size), logMb })
  store = open()
}
store.close()
printTable(
  `The local store over ${DAYS} simulated days, ${USE.nodes} nodes of 8 GPUs, ${USE.operations} operations a day`,
  ['after day', 'file, MB', 'write-ahead log before, MB', 'to the quarter before'],
  quarters.map(({ day, fileMb, logMb }, at) => [
    String(day),
    fileMb,
    logMb,
    fileMb / (quarters[at - 1]?.fileMb ?? fileMb),
  ]),
)
printTable('What lies in it at the end', ['table', 'rows', 'MB of content'], tables(store.file))
console.log(`\nIt took ${Math.round((performance.now() - started) / 1_000)} s.`)
rmSync(folder, { recursive: true, force: true })
if (quarters.some(({ fileMb }) => fileMb > MOST_MB))
  throw new Error(`The file grew beyond ${MOST_MB} MB.`)
