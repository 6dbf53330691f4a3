import { beforeEach, describe, expect, it } from 'vitest'
import { FakeKube } from '../../../test/support/fakes/kube'
import { isObject, madeForProject } from '../../kernel/ownership'
import {
  applyProved,
  createNamespace,
  namespaceAway,
  namespaceStanding,
  removeProved,
  surveyNamespace,
} from '.'

const MADE = { 'app.kubernetes.io/managed-by': 'takt', 'takt.dev/project': 'voice' }
const signal = new AbortController().signal
let kube: FakeKube
beforeEach(() => {
  kube = new FakeKube()
})
const namespace = (name: string, labels: Record<string, string> = {}) =>
  kube.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } })
const put = (
  kind: string,
  name: string,
  metadata: Partial<{ labels: Record<string, string>; owner: string }> = {},
) =>
  kube.put({
    apiVersion: { Deployment: 'apps/v1', Environment: 'takt.dev/v1alpha1' }[kind] ?? 'v1',
    kind,
    metadata: {
      name,
      namespace: 'voice',
      ...(metadata.labels && { labels: metadata.labels }),
      ...(metadata.owner !== undefined && {
        ownerReferences: [{ apiVersion: 'v1', kind: 'X', name: 'x', uid: metadata.owner }],
      }),
    },
  })
const automatic = () => {
  put('ConfigMap', 'kube-root-ca.crt')
  put('ServiceAccount', 'default')
  put('Event', 'something-happened')
}
const standing = async (
  name: string,
  recorded: Parameters<typeof namespaceStanding>[1]['recorded'] = 'none',
) => {
  const found = await namespaceStanding(kube, { name, project: 'voice', recorded })
  if (!found.ok) throw new Error(found.failure.code)
  return found.value
}

describe('whether a namespace may be made or used', () => {
  it.each([
    'default',
    'kube-system',
    'kube-anything',
    'openshift-monitoring',
    'takt-system',
    'kueue-system',
  ])('never offers %s, whether it is there or not', async (name) => {
    expect(await standing(name)).toEqual({ is: 'reserved' })
    namespace(name)
    expect(await standing(name)).toEqual({ is: 'reserved' })
  })
  it('never offers what the site keeps back by a label, though it be empty', async () => {
    namespace('voice', { 'takt.dev/reserved': '' })
    expect(await standing('voice')).toEqual({ is: 'reserved' })
  })
  it('is free where there is none, and empty with what every namespace holds', async () => {
    expect(await standing('voice')).toEqual({ is: 'free' })
    namespace('voice')
    automatic()
    expect(await standing('voice')).toMatchObject({ is: 'empty' })
  })
  it.each([
    ['ConfigMap', 'settings'],
    ['ServiceAccount', 'builder'],
    ['Secret', 'sh.helm.release.v1.prometheus'],
  ])('is taken with one %s of somebody', async (kind, name) => {
    namespace('voice')
    automatic()
    put(kind, name)
    expect(await standing('voice')).toEqual({ is: 'taken', holds: [`1 ${kind}`] })
  })
  it('is not empty where a kind may not be listed, or a group does not answer', async () => {
    namespace('voice')
    kube.forbidden.add('list secrets')
    expect(await standing('voice')).toMatchObject({
      is: 'taken',
      holds: ['Secret that you may not list'],
    })
    kube.forbidden.clear()
    kube.unanswered = ['metrics.example/v1']
    expect(await standing('voice')).toMatchObject({ is: 'taken' })
  })
  it('is ours by mark and recorded uid, and not after somebody made it anew', async () => {
    const { uid = '' } = namespace('voice', MADE).metadata
    expect(await standing('voice', { uid, origin: 'made' })).toEqual({
      is: 'ours',
      uid,
      origin: 'made',
    })
    expect(await standing('voice', { uid: 'of-before', origin: 'made' })).toMatchObject({
      is: 'begun',
    })
  })
  it('is only lent where the record says made and the mark is not there', async () => {
    const { uid = '' } = namespace('voice').metadata
    expect(await standing('voice', { uid, origin: 'made' })).toMatchObject({ origin: 'adopted' })
  })
  it("is taken with another project's mark, whatever it holds", async () => {
    namespace('voice', { ...MADE, 'takt.dev/project': 'other' })
    expect(await standing('voice')).toEqual({ is: 'taken', holds: ['project other'] })
  })
  it('says that it cannot be seen rather than that it is free', async () => {
    kube.forbidden.add('get namespaces')
    expect(await standing('voice')).toMatchObject({ is: 'unknown' })
    expect(await standing('kube-system')).toEqual({ is: 'reserved' })
  })
})

describe('what a namespace holds', () => {
  const lines = async () => {
    const contents = await surveyNamespace(kube, { namespace: 'voice', project: 'voice' })
    if (!contents.ok) throw new Error(contents.failure.code)
    return contents.value.kinds.map(
      ({ kind, belongs, count }) => `${belongs} ${String(count)} ${kind}`,
    )
  }
  it("counts by owner chain: Takt's, the cluster's own, others'", async () => {
    namespace('voice', MADE)
    automatic()
    const record = put('Environment', 'voice-nb')
    const claim = put('PersistentVolumeClaim', 'voice-nb-work', {
      owner: record.metadata.uid ?? '',
    })
    put('Pod', 'owned-in-the-end', { owner: claim.metadata.uid ?? '' })
    const foreign = put('Deployment', 'prometheus')
    put('Pod', 'prometheus-0', { owner: foreign.metadata.uid ?? '' })
    put('ConfigMap', 'of-another', { labels: { ...MADE, 'takt.dev/project': 'other' } })
    put('Secret', 'of-something-gone', { owner: 'nobody' })
    expect(await lines()).toEqual([
      'automatic 1 ConfigMap',
      'others 1 ConfigMap',
      'others 1 Deployment',
      'takt 1 Environment',
      'automatic 1 Event',
      'takt 1 PersistentVolumeClaim',
      'takt 1 Pod',
      'others 1 Pod',
      'others 1 Secret',
      'automatic 1 ServiceAccount',
    ])
  })
  it('takes a ring of owners for nobody whom it could prove', async () => {
    namespace('voice', MADE)
    const first = put('Pod', 'a')
    const second = put('Pod', 'b', { owner: first.metadata.uid ?? '' })
    kube.put({
      ...first,
      metadata: {
        ...first.metadata,
        ownerReferences: [
          { apiVersion: 'v1', kind: 'Pod', name: 'b', uid: second.metadata.uid ?? '' },
        ],
      },
    })
    expect(await lines()).toEqual(['others 2 Pod'])
  })
})

describe('making and removing', () => {
  const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'voice', labels: MADE } }
  it('creates a namespace once for its run, and takes none over', async () => {
    const made = await createNamespace(kube, { object, run: 'r1', project: 'voice' }, signal)
    expect(made).toMatchObject({ ok: true })
    expect(await createNamespace(kube, { object, run: 'r1', project: 'voice' }, signal)).toEqual(
      made,
    )
    const other = await createNamespace(kube, { object, run: 'r2', project: 'voice' }, signal)
    expect(other).toMatchObject({ ok: false, failure: { code: 'NAMESPACE_TAKEN' } })
  })
  it('removes what is proved, leaves what is not, and what was made anew meanwhile', async () => {
    const held = put('ConfigMap', 'own', { labels: MADE })
    put('ConfigMap', 'foreign')
    const of = (name: string) => ({
      resource: { group: '', version: 'v1', plural: 'configmaps' },
      kind: 'ConfigMap',
      name,
      namespace: 'voice',
    })
    const proof = madeForProject('voice')
    expect(await removeProved(kube, of('foreign'), { proof, signal })).toMatchObject({
      failure: { code: 'NOT_OURS' },
    })
    expect(
      await removeProved(kube, of('own'), { proof: isObject('another'), signal }),
    ).toMatchObject({ failure: { code: 'NOT_OURS' } })
    expect(
      await removeProved(kube, of('own'), { proof: isObject(held.metadata.uid ?? ''), signal }),
    ).toMatchObject({ ok: true })
    expect(await removeProved(kube, of('own'), { proof, signal })).toMatchObject({ ok: true })
    expect(kube.all('ConfigMap').map(({ metadata }) => metadata.name)).toEqual(['foreign'])
  })
})

describe('writing over what stands', () => {
  beforeEach(() => void namespace('voice', MADE))
  const claims = { group: '', version: 'v1', plural: 'persistentvolumeclaims' }
  const object = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name: 'nb-work',
      namespace: 'voice',
      labels: { ...MADE, 'takt.dev/environment': 'nb' },
    },
    spec: { size: 1 },
  }
  const apply = () => applyProved(kube, { object, resource: claims }, { run: 'run-1', signal })
  it.each<[what: string, labels: Record<string, string> | undefined]>([
    ['bears no mark', undefined],
    ["bears another project's", { ...MADE, 'takt.dev/project': 'payroll' }],
    ["bears another environment's", { ...MADE, 'takt.dev/environment': 'other' }],
  ])('leaves alone what %s', async (_what, labels) => {
    put('PersistentVolumeClaim', 'nb-work', labels ? { labels } : {})
    expect(await apply()).toMatchObject({ ok: false, failure: { code: 'NOT_OURS' } })
    expect(kube.one('PersistentVolumeClaim', 'nb-work')).not.toHaveProperty('spec')
  })
  it('writes over what bears the same mark, and names its maker no other', async () => {
    put('PersistentVolumeClaim', 'nb-work', { labels: MADE })
    expect(await apply()).toMatchObject({ ok: true, value: { spec: { size: 1 } } })
    const made = kube.one('PersistentVolumeClaim', 'nb-work')
    expect(made?.metadata.annotations?.['takt.dev/run']).toBeUndefined()
  })
  it('makes what is not there, and never forces itself over one that is made in the same moment', async () => {
    const forced: unknown[] = []
    const real = kube.apply.bind(kube)
    kube.apply = (resource, one, options) => {
      forced.push(options?.force)
      return real(resource, one, options)
    }
    expect(await apply()).toMatchObject({ ok: true })
    expect(await apply()).toMatchObject({ ok: true })
    expect(forced).toEqual([false, true])
  })
})

describe('a namespace of another site', () => {
  const away = async (name: string, use: 'own' | 'holds') => {
    const place = await namespaceAway(kube, { name, use })
    if (!place.ok) throw new Error(place.failure.code)
    const [refusal] = place.value.blockedBy
    return refusal
      ? `${refusal.says} ${refusal.remedy}`
      : place.value.makes
        ? 'makes it'
        : 'uses it'
  }
  it('is made where there is none, whatever it is wanted for', async () => {
    expect(await away('voice', 'own')).toBe('makes it')
    expect(await away('voice', 'holds')).toBe('makes it')
  })
  it('that the API server made for everybody may hold single objects, and is never a project of its own', async () => {
    namespace('default')
    expect(await away('default', 'holds')).toBe('uses it')
    expect(await away('default', 'own')).toBe(
      `The name default is reserved on ${kube.site} for the cluster itself. Choose work of another namespace.`,
    )
    namespace('default', { 'takt.dev/reserved': '' })
    expect(await away('default', 'holds')).toContain('is reserved')
  })
  it("that is the cluster's own holds nothing, and no label is named that could not help", async () => {
    namespace('kube-system', { 'takt.dev/project': 'kube-system' })
    expect(await away('kube-system', 'holds')).toContain('is reserved')
    expect(await away('kube-system', 'holds')).not.toContain('kubectl label')
  })
  it("that is somebody's is used once its owner lends it, as the refusal says", async () => {
    namespace('voice')
    put('Secret', 'payroll')
    for (const use of ['own', 'holds'] as const)
      expect(await away('voice', use)).toContain(
        'kubectl label namespace voice takt.dev/project=voice',
      )
    namespace('voice', { 'takt.dev/project': 'voice' })
    expect(await away('voice', 'holds')).toBe('uses it')
    expect(await away('voice', 'own')).toBe('uses it')
  })
})
