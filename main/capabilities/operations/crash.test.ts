import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { build } from 'vite'

const base = mkdtempSync(join(tmpdir(), 'takt-crash-'))
const program = join(base, 'crash-child.mjs')
beforeAll(async () => {
  await build({
    configFile: false,
    logLevel: 'error',
    ssr: { noExternal: true },
    build: {
      ssr: true,
      outDir: base,
      emptyOutDir: false,
      target: 'node24',
      minify: false,
      rolldownOptions: {
        input: fileURLToPath(new URL('testing/crash-child.ts', import.meta.url)),
        output: { entryFileNames: '[name].mjs' },
      },
    },
  })
}, 60_000)
afterAll(() => rmSync(base, { recursive: true, force: true }))

interface Told {
  passed: number
  state: string | undefined
  journal: string[] | undefined
  world: string[]
}
const run = (folder: string, mode: string, ...rest: string[]) =>
  new Promise<Told | 'killed'>((resolve, reject) => {
    execFile(process.execPath, [program, folder, mode, ...rest], (error, stdout) => {
      if (error?.signal === 'SIGKILL') resolve('killed')
      else if (error) reject(error)
      else resolve(JSON.parse(stdout) as Told)
    })
  })
const told = (answer: Told | 'killed') => {
  if (answer === 'killed') throw new Error('it was killed where it should have run to its end')
  return answer
}
const folderFor = (...parts: (string | number)[]) => mkdtempSync(join(base, `${parts.join('-')}-`))
const inPairs = async (points: number[], each: (point: number) => Promise<void>) => {
  for (let at = 0; at < points.length; at += 2)
    await Promise.all(points.slice(at, at + 2).map(each))
}

describe.each([
  { what: 'an operation that goes through', mode: 'forward', end: 'done', made: [1, 2, 3, 4, 5] },
  {
    what: 'an operation that is cancelled in its fourth step',
    mode: 'cancel',
    end: 'cancelled',
    made: [],
  },
])('$what', ({ mode, end, made }) => {
  test('killed at any point and started again, it has made everything exactly once or nothing at all', async () => {
    const whole = told(await run(folderFor(mode, 'whole'), mode))
    expect(whole.state).toBe(end)
    expect(whole.passed).toBeGreaterThan(40)
    await inPairs(
      Array.from({ length: whole.passed }, (_, at) => at + 1),
      async (point) => {
        const folder = folderFor(mode, point)
        expect(await run(folder, mode, String(point))).toBe('killed')
        const after = told(await run(folder, mode, '0', 'resume-only'))
        if (after.state === undefined)
          return expect(after.world, `killed at ${point}, before it was journaled`).toEqual([])
        expect(after.state, `killed at ${point}`).toBe(end)
        expect(
          after.world.map((name) => Number(name.split('-')[0])).sort(),
          `killed at ${point}`,
        ).toEqual(made)
        // Killed after its last word it was already over; everywhere else the journal says where it went on.
        if (point < whole.passed)
          expect(
            after.journal?.some((line) => /^Resumed .*at step \d of 5$/.test(line)),
            `killed at ${point}: ${after.journal?.join(' | ') ?? ''}`,
          ).toBe(true)
      },
    )
  }, 180_000)

  test('killed again and again on the way, it still ends well', async () => {
    const folder = folderFor(mode, 'often')
    let kills = 0
    for (let point = 2; ; point = 2 + ((point * 5) % 17)) {
      const answer = await run(folder, mode, String(point))
      if (answer === 'killed') kills++
      else {
        expect(answer.state).toBe(end)
        expect(answer.world.map((name) => Number(name.split('-')[0])).sort()).toEqual(made)
        break
      }
      if (kills > 200) throw new Error('it never came to an end')
    }
    expect(kills).toBeGreaterThan(1)
  }, 60_000)
})

describe.each([
  { what: 'a step rests on', mode: 'premise' },
  { what: 'allows a core to act by itself', mode: 'lease' },
])('an operation that was killed, and meanwhile what $what is no longer so', ({ mode }) => {
  const whole = async () => told(await run(folderFor(mode, 'whole'), mode))
  test('ends as overtaken with nothing half-done, wherever it was killed', async () => {
    const { state, passed } = await whole()
    expect(state).toBe('done')
    let overtaken = 0
    await inPairs(
      Array.from({ length: passed }, (_, at) => at + 1),
      async (point) => {
        const folder = folderFor(mode, point)
        expect(await run(folder, mode, String(point))).toBe('killed')
        writeFileSync(join(folder, 'moved'), '')
        const after = told(await run(folder, mode, '0', 'resume-only'))
        if (after.state === undefined || after.state === 'overtaken')
          expect(after.world, `killed at ${point}`).toEqual([])
        // Every step had been done before: there is nothing left that could be overtaken.
        else expect([after.state, after.world.length], `killed at ${point}`).toEqual(['done', 5])
        if (after.state !== 'overtaken') return
        overtaken += 1
        expect(after.journal).toContain('Overtaken: Its owner extended it.')
      },
    )
    expect(overtaken).toBeGreaterThan(passed / 2)
  }, 180_000)

  test('killed again while it is taken back, it still leaves nothing', async () => {
    const { passed } = await whole()
    const folder = folderFor(mode, 'twice')
    expect(await run(folder, mode, String(Math.floor(passed * 0.7)))).toBe('killed')
    writeFileSync(join(folder, 'moved'), '')
    let kills = 0
    for (let point = 3; ; point += 1) {
      const answer = await run(folder, mode, String(point), 'resume-only')
      if (answer === 'killed') kills += 1
      else {
        expect([answer.state, answer.world]).toEqual(['overtaken', []])
        break
      }
    }
    expect(kills).toBeGreaterThan(2)
  }, 60_000)

  test('while it is still so, it goes through', async () => {
    const folder = folderFor(mode, 'goes')
    expect(await run(folder, mode, '20')).toBe('killed')
    const after = told(await run(folder, mode, '0', 'resume-only'))
    expect([after.state, after.world.length]).toEqual(['done', 5])
  })
})
