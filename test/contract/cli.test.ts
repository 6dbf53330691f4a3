import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startHost, type RunningHost } from '../support/host'
import { runTakt } from '../support/takt'

let host: RunningHost
let store: string
const scratch = mkdtempSync(join(tmpdir(), 'takt-cli-'))

const takt = (...args: string[]) => runTakt(store, args)
const json = async (...args: string[]) => {
  const { code, out, err } = await takt('--json', ...args)
  expect({ code, err }).toEqual({ code: 0, err: '' })
  return JSON.parse(out) as never
}
const failing = async (...args: string[]) => {
  const { code, err } = await takt('--json', ...args)
  return {
    exit: code,
    ...(JSON.parse(err) as { error: { code: string; says: string; remedy?: string } }).error,
  }
}

beforeAll(async () => {
  host = await startHost()
  store = host.store
})
afterAll(async () => {
  await host.stop()
  rmSync(scratch, { recursive: true, force: true })
})

// One store and one plant for all: each command attaches to the core that runs, as it does on a desk.
describe('takt', () => {
  test('says what is missing before anything is open, with its exit code', async () => {
    expect(await failing('project', 'list')).toMatchObject({ exit: 5, code: 'NO_HOME_SITE' })
  })
  test('opens the plant, and lists what is there as JSON and as text', async () => {
    expect(await json('plant', 'open')).toEqual({ plant: 'open' })
    const sites = (await json('site', 'list')) as {
      id: string
      simulated: boolean
      home: boolean
    }[]
    expect(sites.map(({ id, simulated, home }) => ({ id, simulated, home }))).toEqual([
      { id: 'oslo', simulated: true, home: true },
      { id: 'aws-burst', simulated: true, home: false },
    ])
    const { out } = await takt('tool', 'list')
    expect(out).toMatch(/jupyter\s+Jupyter\s+\S+\s+approved/)
  })
  test('tells what is rented and what it costs, and shows what a new group and the queues for bursting would be', async () => {
    const pools = (await json('cloud', 'pools')) as { id: string; price?: { usd: number } }[]
    expect(pools).toContainEqual(expect.objectContaining({ id: 'aws-burst/p4d' }))
    expect(
      ((await json('cloud', 'groups')) as { name: string }[]).map(({ name }) => name),
    ).toContain('p4d')
    expect(
      ((await json('cloud', 'prices', '--refresh')) as { source: string }[]).map(
        ({ source }) => source,
      ),
    ).toContain('aws-pricing')
    const plan = (await json(
      'cloud',
      'create',
      'night',
      '--type',
      'g5.xlarge',
      '--spot',
      '--dry-run',
    )) as { verb: string; changes: { lines: { text: string }[] }[] }
    expect(plan.changes[0]?.lines.map(({ text }) => text)).toContain('capacityType: spot')
    expect(await json('burst', 'layout', '--to', 'aws-burst', '--dry-run')).toMatchObject({
      title: 'Lay out the queues for bursting to aws-burst',
      blockedBy: [],
    })
    expect(await json('burst', 'quote', 'train-0412', '--to', 'aws')).toMatchObject({
      ref: { namespace: 'parcel-ocr', name: 'train-0412' },
    })
    expect(await failing('burst', 'quote', 'no-such-job')).toMatchObject({
      exit: 2,
      remedy: 'See what is: takt burst queue.',
    })
    expect(await failing('cloud', 'create', 'night', '--dry-run')).toMatchObject({
      exit: 2,
      code: 'INVALID',
    })
    expect(await failing('cloud', 'scale', 'nothing', '2', '--dry-run')).toMatchObject({
      exit: 2,
      code: 'NOT_FOUND',
    })
  })
  test('walks the discovery line', async () => {
    const made = (await json(
      'project',
      'create',
      'cli-churn',
      '--question',
      'Who leaves next month?',
      '--owner',
      'mara.lind',
      '--team',
      'Voice',
      '--cost-centre',
      '4410',
      '--due',
      '2099-01-31',
      '--budget-usd',
      '100',
      '--site',
      'oslo',
      '--yes',
    )) as { operation: { state: string } }
    expect(made.operation.state).toBe('done')
    const started = (await json(
      'env',
      'create',
      'cli-churn',
      '--size',
      'CPU small',
      '--tool',
      'jupyter',
      '--yes',
    )) as { operation: { state: string; subject: { name: string } } }
    expect(started.operation.state).toBe('done')
    const environment = `cli-churn/${started.operation.subject.name}`
    const saved = (await json(
      'revision',
      'save',
      environment,
      '--work-item',
      'cli-churn',
      '--note',
      'first',
      '--metric',
      'auc=0.8',
      '--yes',
    )) as { operation: { state: string } }
    expect(saved.operation.state).toBe('done')
    const [revision] = (
      (await json('revision', 'list')) as {
        meta: { namespace: string; name: string }
        spec: { note: string }
      }[]
    ).filter(({ spec }) => spec.note === 'first')
    expect(await failing('backlog', 'hand-over', 'cli-churn/cli-churn', '--yes')).toMatchObject({
      exit: 7,
    })
    await json(
      'backlog',
      'drift',
      `${revision?.meta.namespace ?? ''}/${revision?.meta.name ?? ''}`,
      '--result',
      'none',
    )
    await json(
      'backlog',
      'describe',
      'cli-churn/cli-churn',
      '--description',
      'Predicts who leaves within a month.',
    )
    const handed = (await json('backlog', 'hand-over', 'cli-churn/cli-churn', '--yes')) as {
      operation: { state: string }
    }
    expect(handed.operation.state).toBe('done')
    const items = (await json('backlog', 'list', '--station', 'backlog')) as {
      meta: { name: string }
    }[]
    expect(items.map(({ meta }) => meta.name)).toContain('cli-churn')
  }, 120_000)
  test('a dry run shows the plan and changes nothing', async () => {
    const plan = (await json(
      'project',
      'create',
      'cli-dry',
      '--question',
      'q',
      '--owner',
      'mara.lind',
      '--team',
      'Voice',
      '--cost-centre',
      '4410',
      '--due',
      '2099-01-31',
      '--budget-usd',
      '100',
      '--dry-run',
    )) as { changes: { kind: string }[] }
    expect(plan.changes.map(({ kind }) => kind)).toContain('Namespace')
    expect(await failing('project', 'show', 'cli-dry')).toMatchObject({
      exit: 2,
      code: 'NOT_FOUND',
    })
  })
  const create = (name: string, changes: Record<string, string>) => {
    const words = {
      '--question': 'q',
      '--owner': 'mara.lind',
      '--team': 'Voice',
      '--cost-centre': '4410',
      '--due': '2099-01-31',
      '--budget-usd': '100',
      ...changes,
    }
    return failing('project', 'create', name, ...Object.entries(words).flat(), '--yes')
  }
  test.each<[why: string, name: string, changes: Record<string, string>, says: RegExp]>([
    ['a bad name', 'Bad_Name', {}, /lower-case/],
    ['a name that is too long', 'x'.repeat(64), {}, /63/],
    ['a due date in the past', 'cli-past', { '--due': '2001-01-01' }, /past/i],
    ['an unknown cost centre', 'cli-nobody', { '--cost-centre': 'nobody-pays' }, /cost centre/i],
    ['a negative budget', 'cli-negative', { '--budget-usd': '-5' }, /budget|>=0|small/i],
  ])(
    'refuses %s with a reason and a remedy, and leaves nothing behind',
    async (_why, name, changes, says) => {
      const failed = await create(name, changes)
      expect([2, 7]).toContain(failed.exit)
      expect(`${failed.says} ${failed.remedy ?? ''}`).toMatch(says)
      const names = ((await json('project', 'list')) as { meta: { name: string } }[]).map(
        ({ meta }) => meta.name,
      )
      expect(names).not.toContain(name)
    },
  )
  test.each<[why: string, args: string[]]>([
    [
      'a size of zero',
      [
        'env',
        'create',
        'cli-churn',
        '--size',
        'CPU small',
        '--tool',
        'jupyter',
        '--workspace-gi',
        '0',
        '--yes',
      ],
    ],
    [
      'a size that does not exist',
      ['env', 'create', 'cli-churn', '--size', 'Galaxy', '--tool', 'jupyter', '--yes'],
    ],
    [
      'a tool that does not exist',
      ['env', 'create', 'cli-churn', '--size', 'CPU small', '--tool', 'no-such-tool', '--yes'],
    ],
    ['a spec file that is no YAML', ['tool', 'bring', 'x', '--file', join(scratch, 'bad.yaml')]],
    [
      'a gate that does not exist',
      [
        'backlog',
        'waive',
        'cli-churn/cli-churn',
        '--gate',
        'luck',
        '--reason',
        'because of reasons',
      ],
    ],
  ])('refuses %s as usage or bad input', async (_why, args) => {
    writeFileSync(join(scratch, 'bad.yaml'), 'a: [1, 2')
    const { code, err } = await takt(...args)
    expect([2, 7]).toContain(code)
    expect(err.trim()).not.toBe('')
  })
  test('a word that nobody knows is echoed without what a terminal would obey', async () => {
    const { code, err } = await takt('proj\u001b]52;c;Z\u0007')
    expect(code).toBe(2)
    expect(err).toContain('unknown command')
    expect([err.includes('\u001b'), err.includes('\u0007')]).toEqual([false, false])
  })
  test('an unknown command is usage, and the nearest one is suggested', async () => {
    const { code, err } = await takt('projct')
    expect(code).toBe(2)
    expect(err).toMatch(/project/)
  })
  test('doctor tells what is well, and redacts', async () => {
    const { code, out } = await takt('--json', 'doctor')
    const { checks } = JSON.parse(out) as {
      checks: { id: string; result: string; remedy?: string }[]
    }
    // The kubeconfig named by the environment does not exist, which is a failed check and the exit code says so.
    expect(code).toBe(8)
    expect(
      checks
        .filter(({ result }) => result === 'failed')
        .every(({ remedy }) => remedy !== undefined),
    ).toBe(true)
    expect(checks.some(({ result }) => result === 'ok')).toBe(true)
    expect(JSON.stringify(checks)).not.toMatch(/Bearer |eyJ/)
  })
  test('api prints the contract as OpenAPI with every entry', async () => {
    const document = (await json('api')) as { openapi: string; paths: Record<string, unknown> }
    expect(document.openapi).toMatch(/^3\.1/)
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining(['/projects/planCreate', '/environments/open', '/operations/start']),
    )
  })
  test('completes its own words', async () => {
    const { out } = await takt('completion', 'bash')
    expect(out).toMatch(/takt/)
    const { out: words } = await takt('complete', '--', 'en')
    expect(words).toMatch(/env/)
  })
  test('a second copy on the same store is refused with who holds it', async () => {
    const second = spawn(
      process.execPath,
      [fileURLToPath(new URL('../../out/main/web.mjs', import.meta.url)), '--store', store],
      { env: { ...process.env, TAKT_NO_OPEN: '1' } },
    )
    let said = ''
    second.stderr.on('data', (text: Buffer) => {
      said += text.toString()
    })
    const code = await new Promise((done) => second.once('close', done))
    expect(code).toBe(6)
    expect(said).toMatch(new RegExp(`Another copy of Takt .*${String(host.pid())}`))
  })
})
