import { describe, expect, it } from 'vitest'
import { failure } from '../../../preload/contract/failures'
import { aBudget, aPriceBook, aProject, aProjectSpec } from '../../../test/support/builders/records'
import { aLine } from '../../../test/support/fakes/line'

const line = () => aLine([aBudget(), aPriceBook()])
const wanted = { name: 'voice', spec: aProjectSpec(), workItem: { title: 'Spoofed callers' } }
const kinds = (kube: ReturnType<typeof aLine>['kube']) =>
  [
    'Project',
    'Namespace',
    'ResourceQuota',
    'LimitRange',
    'RoleBinding',
    'NetworkPolicy',
    'WorkItem',
  ].map((kind) => kube.all(kind).length)

describe('creating a project', () => {
  it('plans without changing anything, and says what could not be tried', async () => {
    const { projects, kube } = line()
    const plan = await projects.planCreate(wanted)
    expect(plan.ok && plan.value.blockedBy).toEqual([])
    expect(plan.ok && plan.value.dryRun).toMatchObject({
      result: 'passed',
      says: [expect.stringMatching(/namespace voice does not exist yet/)],
    })
    expect(plan.ok && plan.value.yaml).toMatch(/kind: NetworkPolicy/)
    expect(kinds(kube)).toEqual([0, 0, 0, 0, 0, 0, 0])
  })
  it('makes everything once, even when its steps run twice, and takes it all back', async () => {
    const { projects, operations, kube, records } = line()
    const plan = await projects.planCreate(wanted)
    if (!plan.ok) throw new Error(plan.failure.code)
    const kept = await operations.run(plan.value.id, { twice: true })
    expect(kept).toMatchObject({
      ok: true,
      value: { project: 'voice', workItem: 'spoofed-callers' },
    })
    expect(kinds(kube)).toEqual([1, 1, 1, 1, 2, 1, 1])
    expect(
      records
        .find('WorkItem', 'spoofed-callers')
        ?.status.events?.map(({ type, station }) => [type, station]),
    ).toEqual([['entered', 'define']])
    expect(records.find('Project', 'voice')?.status).toMatchObject({
      phase: 'Ready',
      namespace: 'voice',
      namespaceUid: kube.one('Namespace', 'voice')?.metadata.uid,
      namespaceOrigin: 'made',
    })
    await operations.undo(plan.value.id, {})
    expect(kinds(kube)).toEqual([0, 0, 0, 0, 0, 0, 0])
  })
  it('leaves a namespace of others alone and says so', async () => {
    const { projects, kube } = line()
    kube.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'voice' } })
    kube.put({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'own', namespace: 'voice' } })
    const plan = await projects.planCreate(wanted)
    expect(plan.ok && plan.value.blockedBy.map(({ says }) => says)).toEqual([
      "A namespace called voice exists already on oslo and is not this project's: it holds 1 Secret.",
    ])
  })
  it('says who can grant a right that is missing', async () => {
    const { projects, kube } = line()
    kube.forbidden.add('create namespaces').add('create projects')
    const plan = await projects.planCreate(wanted)
    expect(plan.ok && plan.value.blockedBy).toContainEqual({
      says: 'You may not create namespaces.',
      remedy: 'mara.lind can grant it.',
    })
  })
  it('needs both rights to apply what is new, and says so in one line', async () => {
    const { projects, kube } = line()
    kube.forbidden.add('patch namespaces').add('create projects')
    const plan = await projects.planCreate(wanted)
    expect(plan.ok && plan.value.blockedBy).toContainEqual({
      says: 'You may not create namespaces, which also needs the right to change them.',
      remedy: 'mara.lind can grant it.',
    })
    expect(
      plan.ok && plan.value.permissions.filter(({ resource }) => resource === 'namespaces'),
    ).toMatchObject([{ verb: 'create', allowed: 'no', grantedBy: ['mara.lind'] }])
  })
  it('does not reuse a name', async () => {
    const { projects } = aLine([aBudget(), aProject('voice')])
    expect(await projects.planCreate(wanted)).toMatchObject({
      ok: false,
      failure: { code: 'ALREADY_EXISTS' },
    })
  })
  it('removes nothing that stood there when a step fails in the middle', async () => {
    const { projects, operations, kube } = line()
    const plan = await projects.planCreate(wanted)
    if (!plan.ok) throw new Error(plan.failure.code)
    kube.onWrite = (_verb, { kind }) =>
      kind === 'NetworkPolicy'
        ? failure('CLUSTER_FAILED', { site: 'oslo', status: 500, says: 'no' })
        : undefined
    expect(await operations.run(plan.value.id)).toMatchObject({
      ok: false,
      failure: { code: 'CLUSTER_FAILED' },
    })
    await operations.undo(plan.value.id, {})
    expect(kinds(kube)).toEqual([0, 0, 0, 0, 0, 0, 0])
  })
})

describe('asking for a project', () => {
  const MEMBER = [
    'patch projects',
    'create namespaces',
    'patch namespaces',
    'create resourcequotas',
    'patch resourcequotas',
    'create rolebindings',
    'patch rolebindings',
    'delete projects',
  ]
  const asked = async () => {
    const made = line()
    for (const right of MEMBER) made.kube.forbidden.add(right)
    const plan = await made.projects.planCreate(wanted)
    if (!plan.ok) throw new Error(plan.failure.code)
    return { ...made, plan: plan.value }
  }
  const requested = async () => {
    const made = await asked()
    expect(await made.operations.run(made.plan.id, { twice: true })).toMatchObject({
      ok: true,
      value: { project: 'voice' },
    })
    made.kube.forbidden.clear()
    return made
  }
  it('is what somebody is offered who may write the record and nothing else, and says who can fulfil it', async () => {
    const { plan, kube } = await asked()
    expect(plan).toMatchObject({
      title: 'Ask for voice',
      verb: 'Ask',
      blockedBy: [],
      dryRun: { result: 'passed' },
      choices: [expect.stringMatching(/create namespaces.*mara\.lind can fulfil it/)],
    })
    expect(plan.changes).toMatchObject([{ op: 'create', kind: 'Project', name: 'voice' }])
    expect(plan.permissions).toMatchObject([
      { verb: 'create', resource: 'projects', allowed: 'yes' },
    ])
    expect(kinds(kube)).toEqual([0, 0, 0, 0, 0, 0, 0])
  })
  it('writes the record alone, and refuses one that somebody else wrote meanwhile', async () => {
    const { kube, plan, operations } = await requested()
    expect(kinds(kube)).toEqual([1, 0, 0, 0, 0, 0, 0])
    expect(kube.one('Project', 'voice')?.metadata.annotations).toMatchObject({
      'takt.dev/first-work-item': 'Spoofed callers',
      'takt.dev/changed-by': 'ada',
    })
    kube.put({
      ...kube.one('Project', 'voice'),
      apiVersion: 'takt.dev/v1alpha1',
      kind: 'Project',
      metadata: { name: 'voice' },
    })
    expect(await operations.run(plan.id)).toMatchObject({
      ok: false,
      failure: { code: 'ALREADY_EXISTS' },
    })
  })
  it('still holds a request against the money and the time box', async () => {
    const { projects, kube } = line()
    for (const right of MEMBER) kube.forbidden.add(right)
    const plan = await projects.planCreate({
      ...wanted,
      spec: aProjectSpec({ costCentre: '9999' }),
    })
    expect(plan.ok && plan.value).toMatchObject({
      verb: 'Ask',
      blockedBy: [{ says: 'There is no cost centre called 9999.' }],
    })
  })
  it('is fulfilled with everything but the record, under the name the asker gave the question', async () => {
    const { projects, operations, kube, records } = await requested()
    const plan = await projects.planFulfil({ name: 'voice' })
    if (!plan.ok) throw new Error(plan.failure.code)
    expect(plan.value).toMatchObject({
      title: 'Fulfil project voice',
      verb: 'Fulfil',
      blockedBy: [],
    })
    expect(plan.value.changes.map(({ kind }) => kind)).not.toContain('Project')
    const before = kube.one('Project', 'voice')?.['spec']
    await operations.run(plan.value.id, { twice: true })
    expect(kinds(kube)).toEqual([1, 1, 1, 1, 2, 1, 1])
    expect(kube.one('Project', 'voice')?.['spec']).toEqual(before)
    expect(records.find('WorkItem', 'spoofed-callers')?.spec.title).toBe('Spoofed callers')
    expect(records.find('Project', 'voice')?.status).toMatchObject({
      phase: 'Ready',
      namespace: 'voice',
    })
    const again = await projects.planFulfil({ name: 'voice' })
    expect(again.ok && again.value.blockedBy.map(({ says }) => says)).toEqual([
      'voice has been fulfilled already.',
    ])
    await operations.undo(plan.value.id, {})
    expect(kinds(kube)).toEqual([1, 0, 0, 0, 0, 0, 0])
    expect(records.find('Project', 'voice')?.status.phase).toBe('Requested')
  })
  it('cannot take a namespace that stands there, and cannot be fulfilled by who may not', async () => {
    const { projects, kube } = await requested()
    kube.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'voice' } })
    kube.forbidden.add('create rolebindings')
    const plan = await projects.planFulfil({ name: 'voice' })
    expect(plan.ok && plan.value.blockedBy.map(({ says }) => says)).toEqual(
      expect.arrayContaining([
        'A namespace called voice exists already on oslo, and is empty.',
        'You may not create rolebindings in voice.',
      ]),
    )
    expect(await projects.planFulfil({ name: 'nothing' })).toMatchObject({
      ok: false,
      failure: { code: 'NOT_FOUND' },
    })
  })
  it('may have its members changed before anybody is bound', async () => {
    const { projects, kube, records } = await requested()
    const record = records.find('Project', 'voice')
    if (!record) throw new Error('no request')
    const members = [{ kind: 'User' as const, name: 'tove', role: 'analyst' as const }]
    expect(
      await projects.edit({
        name: 'voice',
        basedOn: { resourceVersion: record.meta.resourceVersion, spec: record.spec },
        spec: { ...record.spec, members },
      }),
    ).toMatchObject({ ok: true })
    expect(kube.all('RoleBinding')).toEqual([])
    const plan = await projects.planFulfil({ name: 'voice' })
    expect(plan.ok && plan.value.choices[0]).toBe(
      'Lets in as analyst, who reads it and gives verdicts: tove.',
    )
  })
})

describe('editing a project', () => {
  const started = () => {
    const made = aLine([aBudget(), aProject('voice')])
    made.kube.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'voice' } })
    const record = made.records.find('Project', 'voice')
    if (!record) throw new Error('no project')
    return { ...made, basedOn: { resourceVersion: record.meta.resourceVersion, spec: record.spec } }
  }
  it('merges what two people changed, and tells a true conflict with all three values', async () => {
    const { projects, basedOn, records } = started()
    const first = await projects.edit({
      name: 'voice',
      basedOn,
      spec: { ...basedOn.spec, title: 'Voices', budgetUsd: 100 },
    })
    expect(first).toMatchObject({ ok: true, value: { merged: [] } })
    const second = await projects.edit({
      name: 'voice',
      basedOn,
      spec: {
        ...basedOn.spec,
        budgetUsd: 150,
        members: [{ kind: 'User', name: 'tove', role: 'analyst' }],
      },
    })
    expect(second).toMatchObject({
      ok: false,
      failure: {
        code: 'CONFLICT',
        data: {
          theirs: 'ada',
          fields: [{ path: 'budgetUsd', before: '200', mine: '150', theirs: '100' }],
        },
      },
    })
    const third = await projects.edit({
      name: 'voice',
      basedOn,
      spec: {
        ...basedOn.spec,
        budgetUsd: 150,
        members: [{ kind: 'User', name: 'tove', role: 'analyst' }],
      },
      keep: { budgetUsd: 'mine' },
    })
    expect(third).toMatchObject({ ok: true, value: { merged: ['title'] } })
    expect(records.find('Project', 'voice')?.spec).toMatchObject({
      title: 'Voices',
      budgetUsd: 150,
    })
  })
  it('binds new members, and changes nothing where it may not', async () => {
    const { projects, basedOn, kube, records } = started()
    const members = [{ kind: 'User' as const, name: 'tove', role: 'analyst' as const }]
    kube.forbidden.add('create rolebindings')
    expect(
      await projects.edit({ name: 'voice', basedOn, spec: { ...basedOn.spec, members } }),
    ).toMatchObject({ ok: false, failure: { code: 'FORBIDDEN' } })
    expect(records.find('Project', 'voice')?.spec.members).toEqual([])
    kube.forbidden.clear()
    expect(
      await projects.edit({ name: 'voice', basedOn, spec: { ...basedOn.spec, members } }),
    ).toMatchObject({ ok: true })
    expect(kube.one('RoleBinding', 'takt-analysts')).toMatchObject({ subjects: [{ name: 'tove' }] })
  })
  it('refuses what it brings in, not what was wrong before', async () => {
    const { projects, basedOn, clock } = started()
    await clock.advance(40 * 86_400_000)
    expect(
      await projects.edit({ name: 'voice', basedOn, spec: { ...basedOn.spec, title: 'Late' } }),
    ).toMatchObject({ ok: true })
    expect(
      await projects.edit({ name: 'voice', basedOn, spec: { ...basedOn.spec, costCentre: '1' } }),
    ).toMatchObject({ ok: false, failure: { code: 'INVALID' } })
  })
})

it('lists what deleting would lose, and wants the name typed', async () => {
  const { projects, operations, kube } = line()
  const create = await projects.planCreate(wanted)
  if (create.ok) await operations.run(create.value.id)
  const plan = await projects.planDelete({ name: 'voice' })
  expect(plan.ok && plan.value.losses).toMatchObject({
    typeName: 'voice',
    lost: ['namespace voice', '1 work item with their history'],
  })
  if (plan.ok) await operations.run(plan.value.id)
  expect(kinds(kube)).toEqual([0, 0, 0, 0, 0, 0, 0])
})
