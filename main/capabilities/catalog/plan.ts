import { z } from 'zod'
import { failure } from '../../../preload/contract/failures'
import { DataSourceSpec, ToolSpec } from '../../../preload/contract/records/catalog'
import { timestamp } from '../../kernel/clock'
import { given } from '../../kernel/given'
import type { Manifest } from '../../kernel/manifest'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import { madeByRun } from '../../kernel/ownership'
import type { KubeClient } from '../../platform/kubernetes/types'
import type { MadePlan, OperationKind } from '../operations'
import { ownNamespace, removeProved } from '../ownership'
import {
  applyAll,
  asYaml,
  KUBE,
  planBody,
  preview,
  refusals,
  removeMade,
  reviewChanges,
  runMark,
  signedIn,
  stepsOf,
} from '../plans'
import { checksOf } from './domain/checks'
import { checkSource } from './domain/source'
import type { CatalogPorts } from './ports'
import { TEST_NAMESPACE, testGround, testPod, watchTest } from './test-start'

export const TestInput = z.object({
  site: z.string(),
  run: z.string(),
  name: z.string(),
  spec: ToolSpec,
  bring: z.boolean(),
})
export type TestInput = z.infer<typeof TestInput>
export const SourceInput = z.object({
  site: z.string(),
  run: z.string(),
  name: z.string(),
  spec: DataSourceSpec,
})
export type SourceInput = z.infer<typeof SourceInput>

const toolRecord = ({ records }: Pick<CatalogPorts, 'records'>, { name, spec }: TestInput) =>
  records.toObject('Tool', { name }, spec) as Manifest

/** A test start: the tool as an environment would run it, looked at, its findings written down, and gone again. */
export const testKind = (ports: CatalogPorts): OperationKind<TestInput> => ({
  kind: 'tool-test',
  premise: { says: 'On nothing: a test that runs later says what is so then, and when.' },
  input: TestInput,
  undoable: false,
  cancelLeaves: ({ name, bring }) =>
    bring
      ? `Nothing: ${name} and its test are removed again.`
      : `${name} as it was; its test pod is removed.`,
  steps: (input) => [
    ...(input.bring
      ? [
          {
            id: 'record',
            title: 'Write the tool down as evaluating',
            promiseSeconds: 1,
            run: async ({
              client,
              signal,
            }: Parameters<ReturnType<OperationKind<TestInput>['steps']>[number]['run']>[0]) => {
              const on = client(input.site)
              if (!on.ok) return on
              const made = await applyAll(on.value, [toolRecord(ports, input)], {
                run: input.run,
                signal,
              })
              return made.ok ? succeed(undefined) : made
            },
            undo: async ({
              client,
              signal,
            }: Parameters<ReturnType<OperationKind<TestInput>['steps']>[number]['run']>[0]) => {
              const on = client(input.site)
              return on.ok
                ? removeMade(on.value, [toolRecord(ports, input)], { run: input.run, signal })
                : on
            },
          },
        ]
      : []),
    {
      id: 'test',
      title: 'Start it and look',
      promiseSeconds: 60,
      async run({ client, progress, note, signal }) {
        const on = client(input.site)
        if (!on.ok) return on
        const pod = testPod(input)
        const [namespace, ...ground] = testGround()
        const own = await ownNamespace(
          on.value,
          {
            name: TEST_NAMESPACE,
            run: input.run,
            ...given({ labels: namespace?.metadata.labels }),
          },
          signal,
        )
        if (!own.ok) return own
        const made = await applyAll(on.value, [...ground, pod], { run: input.run, signal })
        if (!made.ok) return made
        const watched = await watchTest(
          ports,
          {
            client: on.value,
            pod: { namespace: pod.metadata.namespace ?? '', name: pod.metadata.name },
            signal,
          },
          { spec: input.spec, progress },
        )
        if (!watched.ok) return watched
        const checks = checksOf(watched.value.seen)
        for (const { name, result, detail } of checks) note(`${name}: ${result}, ${detail}`)
        return ports.records.patchStatus(
          'Tool',
          { name: input.name },
          {
            testStart: {
              at: timestamp(on.value.clock.now()),
              tookSeconds: Math.round(watched.value.took),
              checks,
            },
          },
          signal,
        )
      },
      async undo({ client, signal }) {
        const on = client(input.site)
        return on.ok ? removeMade(on.value, [testPod(input)], { run: input.run, signal }) : on
      },
    },
    {
      id: 'clean',
      title: 'Remove the test pod',
      promiseSeconds: 5,
      async run({ client, signal }) {
        const on = client(input.site)
        const { name, namespace } = testPod(input).metadata
        return on.ok
          ? removeProved(
              on.value,
              { resource: KUBE.pods, kind: 'Pod', name, namespace },
              { proof: madeByRun(input.run), signal },
            )
          : on
      },
    },
  ],
})

export const sourceKind = (ports: Pick<CatalogPorts, 'records'>): OperationKind<SourceInput> => ({
  kind: 'source-add',
  premise: { says: 'On nothing: it writes one record, and none over another.' },
  input: SourceInput,
  undoable: true,
  cancelLeaves: () => 'Nothing: the record is removed again.',
  steps: (input) => {
    const objects = [
      ports.records.toObject('DataSource', { name: input.name }, input.spec) as Manifest,
    ]
    return [
      {
        id: 'record',
        title: 'Write the source down',
        promiseSeconds: 1,
        async run({ client, signal }) {
          const on = client(input.site)
          if (!on.ok) return on
          const made = await applyAll(on.value, objects, { run: input.run, signal })
          return made.ok ? succeed(undefined) : made
        },
        async undo({ client, signal }) {
          const on = client(input.site)
          return on.ok ? removeMade(on.value, objects, { run: input.run, signal }) : on
        },
      },
    ]
  },
})

export interface WantedTest {
  name: string
  spec: ToolSpec
  bring: boolean
  run?: string
}
/** What a test start would run and check, and for a new tool the record it makes. */
export async function planTest(
  ports: CatalogPorts,
  kind: OperationKind<TestInput>,
  { wanted, signal }: { wanted: WantedTest; signal?: AbortSignal | undefined },
): Promise<Outcome<MadePlan<TestInput>>> {
  const me = await signedIn(ports.sites, signal)
  if (!me.ok) return me
  const { home, user } = me.value
  if (wanted.bring && ports.records.find('Tool', wanted.name))
    return fail(failure('ALREADY_EXISTS', { kind: 'tool', name: wanted.name }))
  const run = wanted.run ?? runMark(ports.random)
  const spec: ToolSpec = wanted.bring ? { ...wanted.spec, stage: 'evaluating' } : wanted.spec
  const input: TestInput = { site: home.site, run, name: wanted.name, spec, bring: wanted.bring }
  const objects = [
    ...(wanted.bring ? [toolRecord(ports, input)] : []),
    ...testGround(),
    testPod(input),
  ]
  const seen = await preview(home, objects, {
    notes: { [`Pod/${testPod(input).metadata.name}`]: 'removed after the test' },
    signal,
  })
  if (!seen.ok) return seen
  const checks = await reviewChanges(
    ports.sites,
    {
      site: input.site,
      changes: seen.value.changes,
      more: [
        {
          verb: 'create',
          group: '',
          resource: 'pods',
          subresource: 'exec',
          namespace: testPod(input).metadata.namespace,
          says: 'look inside the test pod',
          without: 'Its user and where it writes stay unknown.',
        },
      ],
    },
    signal,
  )
  if (!checks.ok) return checks
  const plan = planBody({
    kind: kind.kind,
    title: wanted.bring
      ? `Bring ${spec.title} ${spec.version}`
      : `Test ${spec.title} ${spec.version}`,
    verb: wanted.bring ? 'Bring and test' : 'Test',
    site: input.site,
    subject: { kind: 'Tool', name: wanted.name },
    as: user,
    changes: seen.value.changes,
    dryRun: seen.value.dryRun,
    permissions: checks.value,
    steps: stepsOf(kind, input),
    time: {
      seconds: 60,
      highSeconds: 240,
      says: 'the image is pulled, then given 3 min to answer',
    },
    yaml: asYaml(objects),
    choices: [
      `Runs in ${TEST_NAMESPACE} with ${String(spec.minimum.cpuCores)} cores and ${String(spec.minimum.memoryGi)} GiB, and is removed afterwards.`,
      'Checks: pinned, can be pulled, answers, stays in its limits, runs as an ordinary user, writes only to its volume, tells when it is idle.',
    ],
    blockedBy: [...seen.value.blockedBy, ...refusals(checks.value)],
  })
  return succeed({
    plan,
    kind,
    input,
    again: (again) => planTest(ports, kind, { wanted: { ...wanted, run }, signal: again }),
  })
}

/** A claim that is named but not there; one this person may not see is taken at its word. */
async function absentClaim(
  client: KubeClient,
  { kind, location: { namespace, claim } }: DataSourceSpec,
  signal?: AbortSignal,
) {
  if (kind !== 'volume' || !namespace || !claim) return []
  const found = await client.get(KUBE.claims, { namespace, name: claim }, z.unknown(), signal)
  return found.ok && found.value === undefined
    ? [
        {
          says: `There is no claim ${claim} in ${namespace}.`,
          remedy: 'Correct its namespace and claim.',
        },
      ]
    : []
}

export interface WantedSource {
  name: string
  spec: DataSourceSpec
  run?: string
}
export async function planAddSource(
  ports: CatalogPorts,
  kind: OperationKind<SourceInput>,
  { wanted, signal }: { wanted: WantedSource; signal?: AbortSignal | undefined },
): Promise<Outcome<MadePlan<SourceInput>>> {
  const me = await signedIn(ports.sites, signal)
  if (!me.ok) return me
  const { home, user } = me.value
  if (ports.records.find('DataSource', wanted.name))
    return fail(failure('ALREADY_EXISTS', { kind: 'data source', name: wanted.name }))
  const run = wanted.run ?? runMark(ports.random)
  const input: SourceInput = { site: home.site, run, name: wanted.name, spec: wanted.spec }
  const objects = [
    ports.records.toObject('DataSource', { name: input.name }, input.spec) as Manifest,
  ]
  const seen = await preview(home, objects, { signal })
  if (!seen.ok) return seen
  const checks = await reviewChanges(
    ports.sites,
    { site: input.site, changes: seen.value.changes },
    signal,
  )
  if (!checks.ok) return checks
  const absent = await absentClaim(home, wanted.spec, signal)
  const plan = planBody({
    kind: kind.kind,
    title: `Add ${wanted.name}`,
    verb: 'Add',
    site: input.site,
    subject: { kind: 'DataSource', name: wanted.name },
    as: user,
    changes: seen.value.changes,
    dryRun: seen.value.dryRun,
    permissions: checks.value,
    steps: stepsOf(kind, input),
    yaml: asYaml(objects),
    choices: ['Only where the data lies is written down; nothing is read or copied.'],
    blockedBy: [
      ...checkSource(
        wanted.spec,
        ports.sites.states().map(({ id }) => id),
      ),
      ...absent,
      ...seen.value.blockedBy,
      ...refusals(checks.value),
    ],
    undo: 'Removes the record again.',
  })
  return succeed({
    plan,
    kind,
    input,
    again: (again) => planAddSource(ports, kind, { wanted: { ...wanted, run }, signal: again }),
  })
}
