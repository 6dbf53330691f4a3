import { describe, expect, test } from 'vitest'
import { progressOf, troubleOf } from '../adapters/progress'
import { imageOf, RCLONE } from './image'
import { transferJob, type Transfer } from './job'
import { secretOf } from './keys'
import { sameness } from './manifest'

const transfer = (more: Partial<Transfer> = {}): Transfer => ({
  name: 'takt-ship-1',
  namespace: 'team',
  image: RCLONE,
  from: { site: 'oslo', provider: 'Other', endpoint: 'https://s3.oslo', region: 'x' },
  to: { site: 'aws-burst', provider: 'AWS', region: 'eu-north-1' },
  source: { bucket: 'data', prefix: 'calls/' },
  target: { bucket: 'depot', prefix: 'data/' },
  list: '.takt/list',
  claim: 'job-1',
  ...more,
})
interface Container {
  command: string[]
  env: { name: string; value: string }[]
  envFrom: { prefix: string; secretRef: { name: string } }[]
}
const containerOf = (given: Transfer) =>
  (transferJob(given)['spec'] as unknown as { template: { spec: { containers: [Container] } } })
    .template.spec.containers[0]

describe('the Job that carries data', () => {
  test('reads places from variables alone, so that no name can say anything to the shell or to Kubernetes', () => {
    const { command, env } = containerOf(
      transfer({ source: { bucket: 'data', prefix: '$(AWS_SECRET_ACCESS_KEY)`id`/' } }),
    )
    expect(command.join(' ')).not.toContain('data/')
    expect(env.find(({ name }) => name === 'TAKT_FROM')?.value).toBe(
      'src:data/$$(AWS_SECRET_ACCESS_KEY)`id`/',
    )
  })
  test('takes the keys of each end from the Secret of its own store, whichever way it goes', () => {
    const ways = [transfer(), transfer({ from: transfer().to, to: transfer().from })].map((one) =>
      containerOf(one).envFrom.map(({ prefix, secretRef }) => [prefix, secretRef.name]),
    )
    expect(ways).toEqual([
      [
        ['RCLONE_CONFIG_SRC_', 'takt-store-oslo'],
        ['RCLONE_CONFIG_DST_', 'takt-store-aws-burst'],
      ],
      [
        ['RCLONE_CONFIG_SRC_', 'takt-store-aws-burst'],
        ['RCLONE_CONFIG_DST_', 'takt-store-oslo'],
      ],
    ])
    expect(secretOf('arn:aws:eks:eu-north-1:123456789012:cluster/Burst')).toMatch(
      /^takt-store-[a-z0-9][a-z0-9-]*[a-z0-9]$/,
    )
  })
  test('looks back in time at its source only: nothing can be written into the past', () => {
    const { command, env } = containerOf(
      transfer({ source: { bucket: 'data', prefix: '', asOf: '2026-11-01T00:00:00Z' } }),
    )
    expect(env.find(({ name }) => name === 'RCLONE_CONFIG_SRC_VERSION_AT')?.value).toBe(
      '2026-11-01T00:00:00Z',
    )
    expect(command.join(' ')).not.toContain('version-at')
  })
  test('sends what is something else even where it has the same size', () => {
    expect(containerOf(transfer()).command[2]).not.toContain('ignore-times')
    expect(containerOf(transfer({ again: '.takt/again' })).command[2]).toContain(
      'rclone copy --files-from-raw damaged "$TAKT_FROM" "$TAKT_TO"',
    )
  })
  test('runs by digest, whoever names the image', () => {
    expect(imageOf(undefined)).toEqual({ ok: true, value: RCLONE })
    expect(RCLONE).toMatch(/@sha256:[0-9a-f]{64}$/)
    expect(imageOf(`mirror.example/rclone@sha256:${'a'.repeat(64)}`)).toMatchObject({ ok: true })
    for (const loose of ['rclone/rclone:1.71.1', 'rclone/rclone@sha256:short', 7])
      expect(imageOf(loose)).toMatchObject({ ok: false, failure: { code: 'NOT_SUPPORTED_HERE' } })
  })
})

describe('what a transfer tells', () => {
  const stats =
    '{"level":"notice","msg":"","stats":{"bytes":10,"totalBytes":20,"transfers":1,"totalTransfers":2,"speed":5,"errors":1,"elapsedTime":2}}'
  test('the newest progress and the newest trouble, whatever else is in its log', () => {
    const log = [
      'sh: warning',
      '{"level":"error","msg":"first"}',
      '{"level":"error","msg":"AccessDenied: Access Denied\\n"}',
      stats,
      '{"level":"not',
    ].join('\n')
    expect(progressOf(log)).toMatchObject({ bytes: 10, objects: 1, elapsedSeconds: 2 })
    expect(troubleOf(log)).toBe('AccessDenied: Access Denied')
    expect([progressOf('nothing'), troubleOf(stats)]).toEqual([undefined, undefined])
  })
})

describe('whether a copy is the same', () => {
  const parts = { key: 'a', size: 9, etag: `${'a'.repeat(32)}-2` }
  test.each([
    [
      'by what was written beside parts',
      { ...parts, md5: 'x' },
      { ...parts, etag: 'b-3', md5: 'x' },
      'same',
    ],
    [
      'an object rewritten with the same size',
      { ...parts, md5: 'y' },
      { ...parts, etag: 'b-3', md5: 'x' },
      'other',
    ],
    ['nothing to compare', parts, { ...parts, etag: 'b-3' }, 'unknown'],
    ['another size', parts, { ...parts, size: 8 }, 'other'],
  ] as const)('%s', (_what, a, b, is) => expect(sameness(a, b)).toBe(is))
})
