import { describe, expect, it } from 'vitest'
import type { Plan } from '../../../preload/contract/operations'
import {
  aBudget,
  anEnvironment,
  aPriceBook,
  aProjectSpec,
} from '../../../test/support/builders/records'
import { aLine } from '../../../test/support/fakes/line'

import type { Outcome } from '../../kernel/outcome'

const wanted = (name = 'voice') => ({
  name,
  spec: aProjectSpec(),
  workItem: { title: 'Spoofed callers' },
})
type Line = ReturnType<typeof aLine>
const line = () => aLine([aBudget(), aPriceBook()])
const plain = (made: Outcome<Plan>): Plan => {
  if (!made.ok) throw new Error(JSON.stringify(made.failure))
  return made.value
}
const says = (made: Outcome<Plan>) => plain(made).blockedBy.map((one) => one.says)
const namespace = ({ kube }: Line, name = 'voice', labels: Record<string, string> = {}) =>
  kube.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } })
const put = ({ kube }: Line, kind: string, name: string, labels: Record<string, string> = {}) =>
  kube.put({
    apiVersion: kind === 'Deployment' ? 'apps/v1' : 'v1',
    kind,
    metadata: { name, namespace: 'voice', labels },
  })
const namesOf = ({ kube }: Line, kind: string) =>
  kube.all(kind).map(({ metadata }) => metadata.name)
async function made(options: { adopt?: boolean } = {}): Promise<Line> {
  const all = line()
  if (options.adopt) namespace(all)
  const plan = plain(await all.projects.planCreate({ ...wanted(), ...options }))
  expect(plan.blockedBy).toEqual([])
  expect(await all.operations.run(plan.id)).toMatchObject({ ok: true })
  // What the cluster puts into every namespace by itself.
  put(all, 'ConfigMap', 'kube-root-ca.crt')
  put(all, 'ServiceAccount', 'default')
  return all
}

describe('the name of a project', () => {
  it.each(['kube-system', 'default'])('is never %s', async (name) => {
    const all = line()
    namespace(all, name)
    expect(says(await all.projects.planCreate(wanted(name)))).toEqual([
      `The name ${name} is reserved on oslo for the cluster itself.`,
    ])
    expect(await all.projects.nameStanding(name)).toMatchObject({
      value: { standing: 'refused', remedy: 'Choose another name.' },
    })
  })
  it('is told at the field as free, empty or taken', async () => {
    const all = line()
    const standing = async () => all.projects.nameStanding('voice')
    expect(await standing()).toMatchObject({ value: { standing: 'free' } })
    namespace(all)
    expect(await standing()).toMatchObject({ value: { standing: 'empty' } })
    put(all, 'Deployment', 'prometheus')
    expect(await standing()).toMatchObject({
      value: { standing: 'refused', says: expect.stringContaining('1 Deployment') as string },
    })
  })
  it('adopts an empty namespace only where that was chosen, and never calls it made', async () => {
    const all = line()
    namespace(all)
    expect(says(await all.projects.planCreate(wanted()))).toEqual([
      'A namespace called voice exists already on oslo, and is empty.',
    ])
    const adopted = await made({ adopt: true })
    expect(adopted.kube.one('Namespace', 'voice')?.metadata.labels).toEqual({
      'takt.dev/project': 'voice',
    })
    expect(adopted.records.find('Project', 'voice')?.status).toMatchObject({
      namespaceOrigin: 'adopted',
    })
  })
  it('does not adopt what was filled or made anew after the plan', async () => {
    const all = line()
    namespace(all)
    const plan = plain(await all.projects.planCreate({ ...wanted(), adopt: true }))
    all.kube.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'voice', uid: 'new' } })
    expect(await all.operations.run(plan.id)).toMatchObject({ failure: { code: 'NOT_OURS' } })
    expect(namesOf(all, 'ResourceQuota')).toEqual([])
  })
  it('takes over no namespace that somebody made between the plan and the button', async () => {
    const all = line()
    const plan = plain(await all.projects.planCreate(wanted()))
    namespace(all)
    put(all, 'Deployment', 'prometheus')
    expect(await all.operations.run(plan.id)).toMatchObject({
      failure: { code: 'NAMESPACE_TAKEN' },
    })
    await all.operations.undo(plan.id, {})
    expect(namesOf(all, 'Namespace')).toEqual(['voice'])
    expect(namesOf(all, 'Project')).toEqual([])
  })
  it('leaves the namespace when it is taken back after others put something in', async () => {
    const all = line()
    const plan = plain(await all.projects.planCreate(wanted()))
    await all.operations.run(plan.id)
    put(all, 'Deployment', 'prometheus')
    await all.operations.undo(plan.id, {})
    expect([namesOf(all, 'Namespace'), namesOf(all, 'Deployment')]).toEqual([
      ['voice'],
      ['prometheus'],
    ])
    expect([namesOf(all, 'Project'), namesOf(all, 'ResourceQuota')]).toEqual([[], []])
  })
})

describe('deleting a project', () => {
  it('takes the namespace that Takt made, by its uid, with everything counted by whose it is', async () => {
    const all = await made()
    const plan = plain(await all.projects.planDelete({ name: 'voice' }))
    expect(plan.blockedBy).toEqual([])
    expect(plan.holds).toContainEqual({
      site: 'oslo',
      namespace: 'voice',
      kind: 'ServiceAccount',
      belongs: 'automatic',
      count: 1,
      names: ['default'],
    })
    expect(plan.holds?.filter(({ belongs }) => belongs === 'others')).toEqual([])
    await all.operations.run(plan.id)
    expect([namesOf(all, 'Namespace'), namesOf(all, 'Project')]).toEqual([[], []])
  })
  it("waits for a second choice where others' objects would go, and names them", async () => {
    const all = await made()
    put(all, 'Deployment', 'prometheus')
    put(all, 'Secret', 'grafana')
    const plan = plain(await all.projects.planDelete({ name: 'voice' }))
    expect(plan.blockedBy).toEqual([
      {
        says: "Namespace voice holds objects that are not Takt's: 1 Deployment: prometheus; 1 Secret: grafana.",
        remedy: expect.stringContaining('delete them as well') as string,
      },
    ])
    const chosen = plain(await all.projects.planDelete({ name: 'voice', others: 'delete' }))
    expect(chosen).toMatchObject({
      blockedBy: [],
      losses: {
        typeName: 'voice',
        lost: expect.arrayContaining(['of others: 1 Deployment: prometheus']) as string[],
      },
    })
    await all.operations.run(chosen.id)
    expect(namesOf(all, 'Namespace')).toEqual([])
  })
  it("keeps others' objects and the namespace where that was chosen", async () => {
    const all = await made()
    put(all, 'Deployment', 'prometheus')
    const plan = plain(await all.projects.planDelete({ name: 'voice', others: 'keep-namespace' }))
    expect(plan.blockedBy).toEqual([])
    expect(plan.losses?.kept).toContain('1 Deployment: prometheus')
    await all.operations.run(plan.id)
    expect([
      namesOf(all, 'Namespace'),
      namesOf(all, 'Deployment'),
      namesOf(all, 'ServiceAccount'),
    ]).toEqual([['voice'], ['prometheus'], ['default']])
    expect([
      namesOf(all, 'Project'),
      namesOf(all, 'ResourceQuota'),
      namesOf(all, 'RoleBinding'),
      namesOf(all, 'WorkItem'),
    ]).toEqual([[], [], [], []])
  })
  it('never takes an adopted namespace, whatever was chosen', async () => {
    const all = await made({ adopt: true })
    put(all, 'Deployment', 'prometheus')
    const plan = plain(await all.projects.planDelete({ name: 'voice', others: 'delete' }))
    expect(plan.changes).toContainEqual(
      expect.objectContaining({ kind: 'Namespace', op: 'same' }) as object,
    )
    await all.operations.run(plan.id)
    expect([namesOf(all, 'Namespace'), namesOf(all, 'Deployment')]).toEqual([
      ['voice'],
      ['prometheus'],
    ])
    expect([namesOf(all, 'Project'), namesOf(all, 'ResourceQuota')]).toEqual([[], []])
  })
  it('leaves a namespace that somebody made anew under the name, recorded uid and all', async () => {
    const all = await made()
    await all.kube.remove({ group: '', version: 'v1', plural: 'namespaces' }, { name: 'voice' })
    namespace(all)
    put(all, 'Deployment', 'prometheus')
    const plan = plain(await all.projects.planDelete({ name: 'voice', others: 'delete' }))
    expect(plan.losses?.kept[0]).toMatch(/namespace voice: it is not the one that was recorded/)
    await all.operations.run(plan.id)
    expect([
      namesOf(all, 'Namespace'),
      namesOf(all, 'Deployment'),
      namesOf(all, 'Project'),
    ]).toEqual([['voice'], ['prometheus'], []])
  })
  it('is not fooled by a namespace made anew between the plan and the step', async () => {
    const all = await made()
    const plan = plain(await all.projects.planDelete({ name: 'voice' }))
    all.kube.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'voice', uid: 'new' } })
    await all.operations.run(plan.id)
    expect(namesOf(all, 'Namespace')).toEqual(['voice'])
  })
  it('is blocked by a kind that may not be listed, and names it', async () => {
    const all = await made()
    all.kube.forbidden.add('list secrets')
    expect(says(await all.projects.planDelete({ name: 'voice' }))).toEqual([
      expect.stringContaining('Whether voice holds Secret of others cannot be seen.') as string,
    ])
    all.kube.forbidden.clear()
    all.kube.unanswered = ['metrics.example/v1']
    expect(says(await all.projects.planDelete({ name: 'voice' }))[0]).toMatch(/metrics.example/)
  })
  it('is blocked while a notebook of it is away', async () => {
    const all = await made()
    all.kube.put({
      apiVersion: 'takt.dev/v1alpha1',
      kind: 'Environment',
      metadata: {
        name: 'voice-nb',
        namespace: 'voice',
        annotations: { 'takt.dev/notebook-away': '{}' },
      },
      spec: anEnvironment('voice-nb').spec,
    })
    expect(says(await all.projects.planDelete({ name: 'voice' }))).toEqual([
      'voice-nb is away: its copy works on another site.',
    ])
  })
})

describe('deleting a request', () => {
  const MAY_ONLY_ASK = ['create namespaces', 'patch namespaces', 'create resourcequotas']
  async function requested(): Promise<Line> {
    const all = line()
    for (const right of MAY_ONLY_ASK) all.kube.forbidden.add(right)
    const plan = plain(await all.projects.planCreate(wanted()))
    expect(plan.verb).toBe('Ask')
    await all.operations.run(plan.id)
    all.kube.forbidden.clear()
    return all
  }
  it('removes the record only, whatever bears its name', async () => {
    const all = await requested()
    namespace(all)
    put(all, 'Deployment', 'payroll')
    const plan = plain(await all.projects.planDelete({ name: 'voice', others: 'delete' }))
    expect(plan.title).toBe('Delete the request for voice')
    expect(plan.changes.map(({ op, kind }) => `${op} ${kind}`)).toEqual(['delete Project'])
    await all.operations.run(plan.id)
    expect([
      namesOf(all, 'Project'),
      namesOf(all, 'Namespace'),
      namesOf(all, 'Deployment'),
    ]).toEqual([[], ['voice'], ['payroll']])
  })
  it('is not what a lead is told where the name is taken, and the asker hears it when asking', async () => {
    const all = line()
    namespace(all)
    put(all, 'Deployment', 'payroll')
    for (const right of MAY_ONLY_ASK) all.kube.forbidden.add(right)
    const asking = plain(await all.projects.planCreate(wanted()))
    expect([asking.verb, ...asking.blockedBy]).toEqual([
      'Ask',
      {
        says: "A namespace called voice exists already on oslo and is not this project's: it holds 1 Deployment.",
        remedy: 'Ask under another name.',
      },
    ])
  })
  it('is neither advised nor possible while another lead fulfils it', async () => {
    const all = await requested()
    const first = plain(await all.projects.planFulfil({ name: 'voice' }))
    const second = plain(await all.projects.planFulfil({ name: 'voice' }))
    namespace(all, 'voice', {
      'app.kubernetes.io/managed-by': 'takt',
      'takt.dev/project': 'voice',
    })
    const looked = plain(await all.projects.planFulfil({ name: 'voice' }))
    expect(looked.blockedBy.map(({ remedy }) => remedy).join(' ')).toMatch(
      /Nothing has to be deleted/,
    )
    expect(says(await all.projects.planDelete({ name: 'voice' }))).toEqual([
      'voice is being fulfilled: its namespace was made already.',
    ])
    await all.kube.remove({ group: '', version: 'v1', plural: 'namespaces' }, { name: 'voice' })
    expect(await all.operations.run(first.id)).toMatchObject({ ok: true })
    expect(await all.operations.run(second.id)).toMatchObject({
      failure: { code: 'NAMESPACE_TAKEN', data: { remedy: expect.not.stringMatching(/Delete/) } },
    })
    await all.operations.undo(second.id, {})
    expect([namesOf(all, 'Namespace'), namesOf(all, 'ResourceQuota').length]).toEqual([
      ['voice'],
      1,
    ])
  })
})
