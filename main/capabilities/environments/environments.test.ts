import { describe, expect, it } from 'vitest'
import type { Draft } from '../../../preload/contract/projects'
import { failure } from '../../../preload/contract/failures'
import {
  aBudget,
  anEnvironment,
  aPriceBook,
  aSource,
  aTool,
  at,
} from '../../../test/support/builders/records'
import { aLine, playPod } from '../../../test/support/fakes/line'
import { forPrograms } from '../../../test/support/forwarded'

const draft = (more: Partial<Draft> = {}): Draft => ({
  id: 'd',
  step: 'button',
  name: 'voice',
  project: {
    question: 'Who spoofs?',
    costCentre: '4410',
    budgetUsd: 100,
    timeBox: { start: at(60), due: at(-15 * 1440) },
  },
  availability: 'single',
  replicas: 1,
  hoursToLive: 48,
  pauseAfterMinutes: 45,
  workspaceGi: 50,
  tool: 'jupyter',
  size: {
    name: '1 × L40S',
    cpuCores: 12,
    memoryGi: 96,
    gpu: { resource: 'nvidia.com/gpu', count: 1, model: 'NVIDIA-L40S' },
  },
  data: [],
  ...more,
})
const line = (options: { notebooks?: boolean; snapshots?: boolean } = {}) => {
  const made = aLine(
    [
      aBudget(),
      aPriceBook(),
      aTool(),
      aTool('mlflow', { kind: 'mlflow', severalReplicas: true }),
      aSource('parcels'),
    ],
    options,
  )
  if (options.notebooks === false) made.kube.absent.add('notebooks')
  return made
}
type Line = ReturnType<typeof line>
async function planned({ environments }: Line, wanted: Draft) {
  const plan = await environments.planDraft(wanted)
  if (!plan.ok) throw new Error(JSON.stringify(plan.failure))
  return plan.value
}
/** Runs a plan's steps while the cluster's controllers are played and time is moved. */
async function provisioned(made: Line, wanted: Draft) {
  const plan = await planned(made, wanted)
  expect(plan.blockedBy).toEqual([])
  made.kube.onWrite = (_verb, { kind, name }) => {
    if (kind === 'Notebook' || kind === 'StatefulSet')
      queueMicrotask(() => playPod(made.kube, { namespace: plan.subject.namespace ?? '', name }))
    return undefined
  }
  const kept = await made.operations.run(plan.id, { twice: true })
  return { plan, kept }
}
const MADE = [
  'Project',
  'Namespace',
  'Environment',
  'PersistentVolumeClaim',
  'Notebook',
  'StatefulSet',
  'Service',
  'WorkItem',
]

describe('provisioning', () => {
  it('makes a Notebook where there are Notebooks, everything owned by the record, and the item at work', async () => {
    const made = line()
    const { plan, kept } = await provisioned(made, draft())
    expect(kept).toMatchObject({ ok: true, value: { environment: 'voice-nb', namespace: 'voice' } })
    expect(plan.price?.usdPerHour).toBeCloseTo(0.7 + 12 * 0.02 + 96 * 0.002, 2)
    expect(plan.quotas).toContainEqual({ name: 'GPU', used: 0, adds: 1, limit: 1, unit: 'GPUs' })
    expect(made.kube.one('Notebook', 'voice-nb')?.metadata.ownerReferences?.[0]).toMatchObject({
      kind: 'Environment',
      name: 'voice-nb',
    })
    expect(made.kube.one('ResourceQuota', 'takt-quota')).toMatchObject({
      spec: { hard: { 'requests.nvidia.com/gpu': '1' } },
    })
    expect(
      made.records
        .find('WorkItem', 'voice')
        ?.status.events?.flatMap(({ type, station }) => (type === 'entered' ? [station] : [])),
    ).toEqual(['define', 'button', 'work'])
  })
  it('makes a StatefulSet with a Service where there are none', async () => {
    const made = line({ notebooks: false })
    const { plan } = await provisioned(made, draft())
    expect(plan.choices[0]).toMatch(/no Kubeflow Notebooks/)
    expect(made.kube.one('StatefulSet', 'voice-nb')).toMatchObject({ spec: { replicas: 1 } })
    expect(made.kube.one('Service', 'voice-nb')).toBeDefined()
    expect(made.records.find('Environment', 'voice-nb')?.status.workload).toBe(
      'StatefulSet/voice-nb',
    )
  })
  it('takes everything back when it is undone', async () => {
    const made = line()
    const { plan } = await provisioned(made, draft())
    await made.operations.undo(plan.id, {})
    expect(MADE.map((kind) => made.kube.all(kind).length)).toEqual(MADE.map(() => 0))
  })
  it.each(['environment', 'volumes', 'workload', 'wait-quota'])(
    'leaves nothing behind when it ends before %s',
    async (upTo) => {
      const made = line()
      const plan = await planned(made, draft())
      await made.operations.run(plan.id, { upTo })
      await made.operations.undo(plan.id, {})
      expect(MADE.map((kind) => made.kube.all(kind).length)).toEqual(MADE.map(() => 0))
    },
  )
  it('raises the quota of a project that is there, and lowers it again', async () => {
    const made = line()
    await provisioned(made, draft())
    const second = draft({ existingProject: 'voice', name: 'second', data: [] })
    made.kube.put({
      ...made.kube.one('ResourceQuota', 'takt-quota'),
      status: {
        used: {
          'requests.nvidia.com/gpu': '1',
          'requests.cpu': '12',
          'requests.memory': '96Gi',
          'requests.storage': '50Gi',
          pods: '1',
          persistentvolumeclaims: '1',
          services: '1',
        },
      },
    } as never)
    const { plan } = await provisioned(made, second)
    expect(plan.changes.find(({ kind }) => kind === 'ResourceQuota')?.lines).toContainEqual({
      op: '+',
      text: 'spec.hard.requests.nvidia.com/gpu: "2"',
    })
    await made.operations.undo(plan.id, {})
    expect(made.kube.one('ResourceQuota', 'takt-quota')).toMatchObject({
      spec: { hard: { 'requests.nvidia.com/gpu': '1' } },
    })
  })
  it('is made again as it was, so that a confirmation holds', async () => {
    const made = line()
    const plan = await planned(made, draft())
    const again = await made.operations.again(plan.id)
    expect(again?.ok && again.value.plan.changes).toEqual(plan.changes)
    expect(again?.ok && again.value.plan.steps).toEqual(plan.steps)
  })
})

describe('the plan says', () => {
  it('what is missing, one by one', async () => {
    const { tool: _tool, size: _size, ...rest } = draft({ project: {}, name: '' })
    const plan = await planned(line(), rest as Draft)
    expect(plan.blockedBy.map(({ says }) => says)).toEqual(
      expect.arrayContaining([
        'The project has no valid name yet.',
        'No size is picked yet.',
        'No tool is picked yet.',
      ]),
    )
    expect(plan.blockedBy.some(({ says }) => /question/.test(says))).toBe(true)
  })
  it.each<[why: string, more: Partial<Draft>, says: RegExp]>([
    [
      'too large',
      {
        size: {
          name: '8 × L40S',
          cpuCores: 96,
          memoryGi: 700,
          gpu: { resource: 'nvidia.com/gpu', count: 8, model: 'NVIDIA-L40S' },
        },
      },
      /training job/,
    ],
    ['a tool that is not there', { tool: 'nothing' }, /no tool called nothing/],
    ['a class that is not there', { storageClass: 'gold' }, /no storage class gold/],
    ['data that is not there', { data: [{ source: 'nothing' }] }, /no data source called nothing/],
    ['more than the cost centre has', { hoursToLive: 24 * 365 }, /has \$1200\.00 left/],
  ])('why it cannot be: %s', async (_why, more, says) => {
    const plan = await planned(line(), draft(more))
    expect(plan.blockedBy.map((one) => one.says).join(' ')).toMatch(says)
  })
  it('who can grant a missing right, and what a refused snapshot means', async () => {
    const made = line()
    made.kube.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'datasets' } })
    made.kube.put({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'parcels', namespace: 'datasets' },
      spec: { storageClassName: 'fast', resources: { requests: { storage: '10Gi' } } },
    })
    made.kube.forbidden.add('create volumesnapshots').add('create notebooks')
    const plan = await planned(made, draft({ data: [{ source: 'parcels' }] }))
    expect(plan.blockedBy).toContainEqual({
      says: 'You may not create notebooks in voice.',
      remedy: 'mara.lind can grant it.',
    })
    expect(plan.choices.join(' ')).toMatch(/you may not create volume snapshots in datasets/)
    expect(plan.risks.join(' ')).toMatch(/can change later/)
  })
  it('what high availability takes, with several pods only where the tool can', async () => {
    const several = await planned(line(), draft({ availability: 'high', tool: 'mlflow' }))
    expect(several.choices.join(' ')).toMatch(/2 pods/)
    expect(several.changes.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['PriorityClass', 'PodDisruptionBudget', 'StatefulSet']),
    )
    const single = await planned(line(), draft({ availability: 'high' }))
    expect(single.choices.join(' ')).toMatch(/one pod, because this tool cannot serve from several/)
  })
})

describe('changing', () => {
  const running = async () => {
    const made = line()
    await provisioned(made, draft())
    return { ...made, ref: { namespace: 'voice', name: 'voice-nb' } }
  }
  it('pauses with the stop annotation, and takes it back', async () => {
    const made = await running()
    const plan = await made.environments.planChange({ ref: made.ref, change: { to: 'stop' } })
    if (!plan.ok) throw new Error(plan.failure.code)
    made.kube.onWrite = () => undefined
    await made.operations.run(plan.value.id, { upTo: 'stopped' })
    expect(
      made.kube.one('Notebook', 'voice-nb')?.metadata.annotations?.['kubeflow-resource-stopped'],
    ).toMatch(/^2026/)
    expect(made.records.find('Environment', 'voice-nb')?.spec.state).toBe('paused')
    await made.operations.undo(plan.value.id, {})
    expect(
      made.kube.one('Notebook', 'voice-nb')?.metadata.annotations?.['kubeflow-resource-stopped'],
    ).toBeUndefined()
  })
  it('refuses an end in the past, and names what deleting loses', async () => {
    const made = await running()
    const past = await made.environments.planChange({
      ref: made.ref,
      change: { to: 'extend', expiresAt: at(10) },
    })
    expect(past.ok && past.value.blockedBy[0]?.says).toMatch(/in the past/)
    const gone = await made.environments.planChange({
      ref: made.ref,
      change: { to: 'delete', keepWorkspace: false },
    })
    expect(gone.ok && gone.value.losses).toMatchObject({
      typeName: 'voice-nb',
      lost: [
        expect.stringMatching(/voice-nb-work, 50 GiB, of which nothing was ever saved/),
        'what runs in it',
      ],
    })
    const kept = await made.environments.planChange({
      ref: made.ref,
      change: { to: 'delete', keepWorkspace: true },
    })
    if (kept.ok) await made.operations.run(kept.value.id)
    expect(made.kube.one('PersistentVolumeClaim', 'voice-nb-work')).toBeDefined()
    expect(made.kube.one('Notebook', 'voice-nb')).toBeUndefined()
  })
  it('says that one is gone', async () => {
    const made = line()
    expect(
      await made.environments.planChange({
        ref: { namespace: 'x', name: 'y' },
        change: { to: 'stop' },
      }),
    ).toEqual({ ok: false, failure: failure('NOT_FOUND', { kind: 'Environment', name: 'y' }) })
  })
})

describe('a forward', () => {
  it('reaches the pod that is ready now, keeps its port when pods change, and closes', async () => {
    const made = aLine([aTool(), anEnvironment('voice-nb')])
    made.kube.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'voice' } })
    const ref = { namespace: 'voice', name: 'voice-nb' }
    expect(await made.environments.forwards.open(ref)).toMatchObject({
      ok: false,
      failure: { code: 'NOT_SUPPORTED_HERE' },
    })
    playPod(made.kube, ref)
    const opened = await made.environments.forwards.open(ref)
    if (!opened.ok) throw new Error(opened.failure.code)
    expect(await (await fetch(forPrograms(opened.value.url))).text()).toBe('voice-nb-0')
    await made.kube.remove(
      { group: '', version: 'v1', plural: 'pods' },
      { namespace: 'voice', name: 'voice-nb-0' },
    )
    made.kube.put({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: 'other-0',
        namespace: 'voice',
        labels: { 'takt.dev/environment': 'voice-nb' },
      },
      spec: { nodeName: 'n' },
      status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
    })
    expect(await (await fetch(forPrograms(opened.value.url))).text()).toBe('other-0')
    expect(made.environments.forwards.list()).toMatchObject([{ pod: 'other-0', state: 'open' }])
    made.environments.forwards.close(ref)
    await expect(fetch(forPrograms(opened.value.url))).rejects.toThrow()
    const again = await made.environments.forwards.open(ref)
    expect(again.ok && new URL(again.value.url).port).toBe(new URL(opened.value.url).port)
    made.environments.forwards.closeAll()
  })
})
