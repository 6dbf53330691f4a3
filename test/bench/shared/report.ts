import { cpus, totalmem } from 'node:os'

export const median = (values: number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
export const round = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3)

/** Prints a table in Markdown, with the machine it was measured on. */
export function printTable(title: string, head: string[], rows: (string | number)[][]) {
  const text = (cell: string | number) => (typeof cell === 'number' ? round(cell) : cell)
  console.log(
    `\n## ${title}\n\n${cpus().length} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}\n`,
  )
  console.log(`| ${head.join(' | ')} |\n|${head.map(() => ' --- ').join('|')}|`)
  for (const row of rows) console.log(`| ${row.map(text).join(' | ')} |`)
}

/** Runs the work until a second has passed, at least three times, and answers how many units a second the median run did. */
export async function perSecond(units: number, work: () => Promise<void>): Promise<number> {
  await work()
  const rates: number[] = []
  const until = performance.now() + 1_000
  while (rates.length < 3 || performance.now() < until) {
    const started = performance.now()
    await work()
    rates.push(units / ((performance.now() - started) / 1_000))
  }
  return median(rates)
}
