import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Random } from '../../../main/kernel/random'
import { openStore } from '../../../main/platform/store'

/** A program of its own, so that each of a hundred starts loads only what an operation needs. */
const program = join(import.meta.dirname, 'endure.operation-child.mjs')
const Told = z.object({
  passed: z.number(),
  insideWrites: z.array(z.number()),
  state: z.string().optional(),
  world: z.array(z.string()),
})
type Told = z.infer<typeof Told>
type Mode = 'forward' | 'cancel'
const WELL: Record<Mode, { state: string; made: string }> = {
  forward: { state: 'done', made: '1,2,3,4,5' },
  cancel: { state: 'cancelled', made: '' },
}

function run(args: string[]): Promise<Told | 'killed'> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [program, ...args], (error, stdout) => {
      if (error?.signal === 'SIGKILL') resolve('killed')
      else if (error) reject(error)
      else resolve(Told.parse(JSON.parse(stdout)))
    })
  })
}

export interface Kills {
  total: number
  insideWrites: number
  /** How the operations ended after the next core had taken them on. */
  ended: { state: string; times: number }[]
  losses: string[]
  openMs: number[]
}
interface Kept {
  journal: string[]
  number: number
}

/** Opens the store as the next core does, which walks every page after a kill; answers what it holds of the operation. */
function look(folder: string, kills: Kills): Kept | undefined {
  const started = performance.now()
  const opened = openStore(folder, { pid: process.pid, now: () => 1 })
  kills.openMs.push(performance.now() - started)
  if (!opened.ok) {
    kills.losses.push(`the store did not open: ${opened.failure.code}`)
    return undefined
  }
  const [operation, ...more] = opened.value.operations.load()
  opened.value.close()
  if (more.length > 0) kills.losses.push('an operation was started twice')
  return (
    operation && { number: operation.number, journal: operation.journal.map((line) => line.says) }
  )
}

/** Points of one whole operation at which it can be killed, inside and outside writes of the store. */
async function pointsOf(base: string, mode: Mode) {
  const whole = await run([mkdtempSync(join(base, `${mode}-`)), mode, '0', '', 'spill'])
  if (whole === 'killed') throw new Error('It was killed where nobody kills.')
  const inside = new Set(whole.insideWrites)
  const all = Array.from({ length: whole.passed }, (_, at) => at + 1)
  return { inside: [...inside], outside: all.filter((point) => !inside.has(point)) }
}

/** Kills an operation, looks at the store, and lets the next core take it to its end. */
async function killOnce(
  { base, mode, point }: { base: string; mode: Mode; point: number },
  kills: Kills,
): Promise<void> {
  const folder = mkdtempSync(join(base, `${mode}-${point}-`))
  mkdirSync(folder, { recursive: true })
  if ((await run([folder, mode, String(point), '', 'spill'])) !== 'killed')
    return void kills.losses.push(`${mode} was not killed at ${point}`)
  kills.total += 1
  const before = look(folder, kills)
  const after = await run([folder, mode, '0', 'resume-only', 'spill'])
  const kept = look(folder, kills)
  if (after === 'killed') return void kills.losses.push(`${mode} was killed twice at ${point}`)
  const state = after.state ?? 'not begun'
  const made = after.world
    .map((name) => name.split('-')[0])
    .sort()
    .join(',')
  const well = before === undefined ? { state: 'not begun', made: '' } : WELL[mode]
  if (state !== well.state || made !== well.made)
    kills.losses.push(`${mode}, killed at ${point}: ${state} with ${made || 'nothing'}`)
  if (before?.journal.some((says, at) => kept?.journal[at] !== says))
    kills.losses.push(`${mode}, killed at ${point}: its journal lost a line`)
  const known = kills.ended.find((one) => one.state === state)
  if (known) known.times += 1
  else kills.ended.push({ state, times: 1 })
}

/** Kills a core that runs an operation as often as told, every second time inside a write of the store. */
export async function killAgainAndAgain({
  base,
  times,
  until,
  random,
}: {
  base: string
  times: number
  until: number
  random: Random
}): Promise<Kills> {
  const points = {
    forward: await pointsOf(base, 'forward'),
    cancel: await pointsOf(base, 'cancel'),
  }
  const kills: Kills = {
    total: 0,
    insideWrites: 0,
    ended: [],
    losses: [],
    openMs: [],
  }
  for (let at = 0; at < times && performance.now() < until; at++) {
    const mode: Mode = at % 4 < 2 ? 'forward' : 'cancel'
    const isInside = at % 2 === 0
    const from = points[mode][isInside ? 'inside' : 'outside']
    const point = from[Math.floor(random.next() * from.length)] ?? 1
    await killOnce({ base, mode, point }, kills)
    if (isInside) kills.insideWrites += 1
  }
  return kills
}
