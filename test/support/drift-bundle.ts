import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runTakt } from './takt'

const ROWS = 1200
/** A small table with a number that moves by `shift` and a category, as CSV. */
const table = (shift: number) =>
  [
    'amount,channel',
    ...Array.from(
      { length: ROWS },
      (_, at) => `${((at * 7919) % 1000) / 10 + shift},${['app', 'web', 'phone'][at % 3] ?? ''}`,
    ),
  ].join('\n')

/** Writes a bundle of one model, `model NAME`, with three windows by the built command line; answers its path. */
export async function writeBundle(folder: string, name: string): Promise<string> {
  const reference = join(folder, `${name}-reference.csv`),
    current = join(folder, `${name}-current.csv`),
    out = join(folder, `${name}.takt`)
  writeFileSync(reference, table(0))
  writeFileSync(current, table(40))
  const { code, err } = await runTakt(join(folder, 'no-store'), [
    'drift',
    'bundle',
    '--reference',
    reference,
    '--current',
    current,
    '--windows',
    '3',
    '--model',
    `model ${name}`,
    '--out',
    out,
  ])
  if (code !== 0) throw new Error(`The bundle ${name} was not written: ${err}`)
  return out
}

/** The same bundle in a larger file, as what stands before and after a hole: zip allows one between its parts and their list. */
export function widened(bundle: Buffer, size: number): [head: Buffer, hole: number, tail: Buffer] {
  const end = bundle.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'))
  const list = bundle.readUInt32LE(end + 16)
  const hole = size - bundle.length
  const tail = Buffer.from(bundle.subarray(list))
  tail.writeUInt32LE(list + hole, end - list + 16)
  return [bundle.subarray(0, list), hole, tail]
}
