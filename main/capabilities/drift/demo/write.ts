import { existsSync } from 'node:fs'
import { mkdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { Engine } from '../adapters/engine'
import { identifier, literal } from '../adapters/sql'
import { withSpillFolder } from '../adapters/spill'
import { writeLoanBook } from '../demo'
import { UnusableInput } from '../domain/failures'
import type { Answers, DemoAsk } from '../desk/questions'
import {
  DEMO_FLEET,
  demoName,
  LOANS,
  WEEKS,
  type CategoryFeature,
  type DemoModel,
  type NumberFeature,
} from './stories'
import { LABELS_LATE_BY, targetOf } from './target'

/** More than the exact tests are made for, so that the reference of four weeks is judged as a long one. */
const ROWS_A_WEEK = 2600

/** Writes the rows of one simulated model unless they are there; the same folder and week give the same rows everywhere. */
export const writeDemoModel = ({ folder, monday, model }: DemoAsk): Promise<Answers['demo']> =>
  withSpillFolder(async (spillFolder) => {
    const engine = await Engine.open({ threads: 2, memoryMiB: 192, spillFolder }),
      target = join(folder, model)
    try {
      if (existsSync(join(target, 'done'))) return { files: [] }
      await mkdir(target, { recursive: true })
      const files =
        model === LOANS.name
          ? await writeLoanBook(engine, target, monday)
          : [await writeWeeks(engine, join(target, 'rows.parquet'), { monday, model })]
      await engine.run(
        `COPY (SELECT ${literal(monday)} AS monday) TO ${literal(join(target, 'made'))} (FORMAT csv)`,
      )
      await rename(join(target, 'made'), join(target, 'done'))
      return { files }
    } finally {
      engine.close()
    }
  })

async function writeWeeks(
  engine: Engine,
  file: string,
  { monday, model }: { monday: string; model: string },
): Promise<string> {
  const told = DEMO_FLEET.find((each) => demoName(each) === model)
  if (!told)
    throw new UnusableInput(`There is no simulated model ${model}.`, 'Pick one of the fleet.')
  const weeks = Array.from({ length: WEEKS }, (_, week) => weekOf(told, { week, monday }))
  await engine.run(`COPY (${weeks.join(' UNION ALL ')}) TO ${literal(file)} (FORMAT parquet)`)
  return file
}

interface When {
  week: number
  monday: string
}
function weekOf(model: DemoModel, { week, monday }: When): string {
  // Chance is a hash of model, row, week and purpose: the same everywhere.
  const uniform = (purpose: number) =>
    `((hash(concat_ws(':', ${literal(demoName(model))}, i, ${week}, ${purpose})) >> 11) + 0.5) / 9007199254740992.0`
  const normal = (purpose: number) =>
    `sqrt(-2 * ln(${uniform(purpose)})) * cos(2 * pi() * ${uniform(purpose + 1)})`
  const numbers = model.numbers.map((feature, at) => ({
    feature,
    z: moved(feature, week, normal(10 + 4 * at)),
    chance: uniform(12 + 4 * at),
  }))
  const score = numbers.map(({ feature, z }) => `${feature.weight ?? 0} * (${z})`).join(' + ')
  const columns = [
    ...numbers.map(
      ({ feature, z, chance }) =>
        `${numberOf(feature, week, { z, chance })} AS ${identifier(feature.name)}`,
    ),
    ...model.categories.map(
      (feature, at) =>
        `${categoryOf(feature, week, uniform(60 + at))} AS ${identifier(feature.name)}`,
    ),
    targetOf({
      task: model.task,
      score: model.task === 'binary' ? `1.3 * (${score}) - 0.4` : score,
      uniform,
      isLate: week >= WEEKS - LABELS_LATE_BY,
      concept: model.conceptFrom !== undefined && week >= model.conceptFrom,
    }),
  ]
  return `SELECT TIMESTAMP ${literal(monday)} + to_days(CAST(${7 * week} + i % 7 AS INTEGER)) AS seen_at, ${columns.join(', ')} FROM range(${ROWS_A_WEEK}) t(i)`
}

function moved({ story }: NumberFeature, week: number, z: string): string {
  if (story?.what === 'shift' && week >= story.from)
    return `${z} + ${(week - story.from + 1) * story.perWeek}`
  if (story?.what === 'jump' && week >= story.from) return `${z} + ${story.by}`
  return story?.what === 'wider' && week >= story.from ? `${story.times} * ${z}` : z
}
function numberOf(
  { mean, sd, story }: NumberFeature,
  week: number,
  { z, chance }: { z: string; chance: string },
): string {
  if (story?.what === 'stuck' && week >= story.from) return `${story.at}::DOUBLE`
  const value = `round(${mean} + ${sd} * (${z}), 4)::DOUBLE`
  return story?.what === 'nulls' && story.weeks.includes(week)
    ? `CASE WHEN ${chance} < ${story.share} THEN NULL ELSE ${value} END`
    : value
}
function categoryOf({ shares, story }: CategoryFeature, week: number, u: string): string {
  const gone = story?.what === 'gone' && week >= story.from ? story.category : undefined
  const created =
      story?.what === 'new' && week >= story.from ? [[story.category, story.share] as const] : [],
    rest = created.reduce((left, [, share]) => left - share, 1)
  const known = Object.entries(shares).filter(([name]) => name !== gone),
    all = known.reduce((sum, [, share]) => sum + share, 0)
  let upTo = 0
  const whens = [
    ...created,
    ...known.map(([name, share]) => [name, (share / all) * rest] as const),
  ].map(([name, share]) => {
    upTo += share
    return `WHEN ${u} < ${upTo} THEN ${literal(name)}`
  })
  return `CASE ${whens.join(' ')} ELSE ${literal(known.at(-1)?.[0] ?? '')} END`
}
