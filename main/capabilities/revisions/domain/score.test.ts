import { describe, expect, it, test } from 'vitest'
import { ANY_IMAGE } from '../../../../test/support/builders/records'
import { digestOf, foldersOf, packagesOf } from './read'
import { bindingsOf, scoreOf, WEIGHTS, type Bound } from './score'

const all: Bound = {
  code: { kind: 'git', commit: 'a'.repeat(40), dirty: false },
  data: [{ source: 'parcels', snapshot: 'parcels-1', pointer: 'VolumeSnapshot/a/b' }],
  parameters: { seed: '1' },
  images: [{ tool: 'jupyter', image: ANY_IMAGE }],
  packages: [{ name: 'numpy', version: '2.3' }],
  metrics: { auc: 0.9 },
  size: { name: 'CPU small', cpuCores: 4, memoryGi: 16 },
}
const scored = (more: Partial<Bound>) => scoreOf(bindingsOf({ ...all, ...more }))

it('weighs all parts to one', () =>
  expect(Object.values(WEIGHTS).reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1))
test.each<[why: string, more: Partial<Bound>, score: number, missing: RegExp | undefined]>([
  ['everything', {}, 1, undefined],
  [
    'uncommitted changes alone',
    { code: { kind: 'git', commit: 'b'.repeat(40), dirty: true } },
    0.7,
    /not committed/,
  ],
  [
    'uncommitted changes with the workspace kept',
    { code: { kind: 'git', commit: 'b'.repeat(40), dirty: true, snapshot: 's' } },
    1,
    undefined,
  ],
  ['the workspace alone', { code: { kind: 'workspace', snapshot: 's' } }, 1, undefined],
  ['no code', { code: { kind: 'none' } }, 0.7, /no repository/],
  ['data that can change', { movable: ['parcels'] }, 0.8, /parcels can still change/],
  ['no data at all', { data: [] }, 1, undefined],
  ['an image by tag', { images: [{ tool: 'jupyter', image: 'jupyter:4' }] }, 0.85, /digest/],
  [
    'no packages',
    { packages: [], packagesUnknown: 'the environment is not running' },
    0.85,
    /not running/,
  ],
  ['no parameters and no metrics', { parameters: {}, metrics: {} }, 0.85, /parameters/],
])('%s', (_why, more, score, missing) => {
  const result = scored(more)
  expect(result.score).toBeCloseTo(score)
  if (missing) expect(result.missing.join(' ')).toMatch(missing)
  else expect(result.missing).toEqual([])
})

describe('reading', () => {
  it('takes packages from pip freeze and leaves out what is none', () =>
    expect(
      packagesOf(
        'numpy==2.3.1\n# comment\n-e git+https://x#egg=y\ntorch @ https://wheels/torch.whl\n\n',
      ),
    ).toEqual([
      { name: 'numpy', version: '2.3.1' },
      { name: 'torch', version: 'https://wheels/torch.whl' },
    ]))
  it('never keeps the password of an address that a package came from', () =>
    expect(packagesOf('voice @ git+https://ada:secret@git.example/voice.git@v1')).toEqual([
      { name: 'voice', version: 'git+https://git.example/voice.git@v1' },
    ]))
  it('looks for a repository where people clone it', () =>
    expect(foldersOf('/home/jovyan', 'https://git.example/voice.git')[0]).toBe(
      '/home/jovyan/voice',
    ))
  it('prefers the digest that runs', () => {
    expect(digestOf(`docker-pullable://${ANY_IMAGE}`, 'x')).toBe(ANY_IMAGE)
    expect(digestOf('', 'fallback')).toBe('fallback')
  })
})
