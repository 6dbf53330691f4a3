import { describe, expect, it } from 'vitest'
import { failure } from '../../../preload/contract/failures'
import { aBudget, aPriceBook, aProject, aProjectSpec, at } from '../../../test/support/builders/records'
import { aLine } from '../../../test/support/fakes/line'

const line = () => aLine([aBudget(), aPriceBook()])
const wanted = { name: 'voice', spec: aProjectSpec(), workItem: { title: 'Spoofed callers' } }
const kinds = (kube: ReturnType<typeof aLine>['kube']) => ['Project', 'Namespace', 'ResourceQuota', 'LimitRange', 'RoleBinding', 'NetworkPolicy', 'WorkItem'].map((kind) => kube.all(kind).length)

describe('creating a project', () => {
  it('plans without changing anything, and says what could not be tried', async () => {
    const { projects, kube } = line()
    const plan = await projects.planCreate(wanted)
    expect(plan.ok && plan.value.blockedBy).toEqual([])
    expect(plan.ok && plan.value.dryRun).toMatchObject({ result: 'passed', says: [expect.stringMatching(/namespace voice does not exist yet/)] })
    expect(plan.ok && plan.value.yaml).toMatch(/kind: NetworkPolicy/)
    expect(kinds(kube)).toEqual([0, 0, 0, 0, 0, 0, 0])
  })
  it('makes everything once, even when its steps run twice, and takes it all back', async () => {
    const { projects, operations, kube, records } = line()
    const plan = await projects.planCreate(wanted)
    if (!plan.ok) throw new Error(plan.failure.code)
    const kept = await operations.run(plan.value.id, { twice: true })
    expect(kept).toMatchObject({ ok: true, value: { project: 'voice', workItem: 'spoofed-callers' } })
    expect(kinds(kube)).toEqual([1, 1, 1, 1, 1, 1, 1])
    expect(records.find('WorkItem', 'spoofed-callers')?.status.events?.map(({ type, station }) => [type, station])).toEqual([['entered', 'define']])
    expect(records.find('Project', 'voice')?.status).toMatchObject({ phase: 'Ready', namespace: 'voice' })
    await operations.undo(plan.value.id, {})
    expect(kinds(kube)).toEqual([0, 0, 0, 0, 0, 0, 0])
  })
  it('leaves a namespace of others alone and says so', async () => {
    const { projects, kube } = line()
    kube.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'voice' } })
    const plan = await projects.planCreate(wanted)
    expect(plan.ok && plan.value.blockedBy.map(({ says }) => says)).toEqual(['A namespace called voice exists already and is not this project\'s.'])
  })
  it('says who can grant a right that is missing', async () => {
    const { projects, kube } = line()
    kube.forbidden.add('create namespaces')
    const plan = await projects.planCreate(wanted)
    expect(plan.ok && plan.value.blockedBy).toContainEqual({ says: 'You may not create namespaces.', remedy: 'mara.lind can grant it.' })
  })
  it('does not reuse a name', async () => {
    const { projects } = aLine([aBudget(), aProject('voice')])
    expect(await projects.planCreate(wanted)).toMatchObject({ ok: false, failure: { code: 'ALREADY_EXISTS' } })
  })
  it('removes nothing that stood there when a step fails in the middle', async () => {
    const { projects, operations, kube } = line()
    const plan = await projects.planCreate(wanted)
    if (!plan.ok) throw new Error(plan.failure.code)
    kube.onWrite = (_verb, { kind }) => (kind === 'NetworkPolicy' ? failure('CLUSTER_FAILED', { site: 'oslo', status: 500, says: 'no' }) : undefined)
    expect(await operations.run(plan.value.id)).toMatchObject({ ok: false, failure: { code: 'CLUSTER_FAILED' } })
    await operations.undo(plan.value.id, {})
    expect(kinds(kube)).toEqual([0, 0, 0, 0, 0, 0, 0])
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
    const first = await projects.edit({ name: 'voice', basedOn, spec: { ...basedOn.spec, title: 'Voices', budgetUsd: 100 } })
    expect(first).toMatchObject({ ok: true, value: { merged: [] } })
    const second = await projects.edit({ name: 'voice', basedOn, spec: { ...basedOn.spec, budgetUsd: 150, members: [{ kind: 'User', name: 'tove', role: 'analyst' }] } })
    expect(second).toMatchObject({ ok: false, failure: { code: 'CONFLICT', data: { theirs: 'ada', fields: [{ path: 'budgetUsd', before: '200', mine: '150', theirs: '100' }] } } })
    const third = await projects.edit({ name: 'voice', basedOn, spec: { ...basedOn.spec, budgetUsd: 150, members: [{ kind: 'User', name: 'tove', role: 'analyst' }] }, keep: { budgetUsd: 'mine' } })
    expect(third).toMatchObject({ ok: true, value: { merged: ['title'] } })
    expect(records.find('Project', 'voice')?.spec).toMatchObject({ title: 'Voices', budgetUsd: 150 })
  })
  it('binds new members, and changes nothing where it may not', async () => {
    const { projects, basedOn, kube, records } = started()
    const members = [{ kind: 'User' as const, name: 'tove', role: 'analyst' as const }]
    kube.forbidden.add('create rolebindings')
    expect(await projects.edit({ name: 'voice', basedOn, spec: { ...basedOn.spec, members } })).toMatchObject({ ok: false, failure: { code: 'FORBIDDEN' } })
    expect(records.find('Project', 'voice')?.spec.members).toEqual([])
    kube.forbidden.clear()
    expect(await projects.edit({ name: 'voice', basedOn, spec: { ...basedOn.spec, members } })).toMatchObject({ ok: true })
    expect(kube.one('RoleBinding', 'takt-analysts')).toMatchObject({ subjects: [{ name: 'tove' }] })
  })
  it('refuses what it brings in, not what was wrong before', async () => {
    const { projects, basedOn, clock } = started()
    await clock.advance(40 * 86_400_000)
    expect(await projects.edit({ name: 'voice', basedOn, spec: { ...basedOn.spec, title: 'Late' } })).toMatchObject({ ok: true })
    expect(await projects.edit({ name: 'voice', basedOn, spec: { ...basedOn.spec, costCentre: '1' } })).toMatchObject({ ok: false, failure: { code: 'INVALID' } })
  })
})

it('lists what deleting would lose, and wants the name typed', async () => {
  const { projects, operations, kube } = line()
  const create = await projects.planCreate(wanted)
  if (create.ok) await operations.run(create.value.id)
  const plan = await projects.planDelete('voice')
  expect(plan.ok && plan.value.losses).toMatchObject({ typeName: 'voice', lost: ['namespace voice', '1 work item with their history'] })
  if (plan.ok) await operations.run(plan.value.id)
  expect(kinds(kube)).toEqual([0, 0, 0, 0, 0, 0, 0])
})
it('keeps drafts and passes over one it cannot read', () => {
  const { projects, ports } = line()
  ports.projects.drafts.put({ id: 'odd', value: { nonsense: true }, savedAt: 1 })
  projects.saveDraft({ id: 'a', step: 'define', name: 'voice', project: { timeBox: { start: at(1), due: at(-9) } }, availability: 'single', replicas: 1, hoursToLive: 24, pauseAfterMinutes: 45, workspaceGi: 50, data: [] })
  expect(projects.drafts().map(({ id }) => id)).toEqual(['a'])
})
