import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { burstQueue, burstUri, type Read } from '../domain/lines'
import { linesOf } from './manifest-text'

const to = (read: Read) => ({
  queue: burstQueue(read.queue),
  dataUri: read.dataUri && burstUri(read.dataUri),
  gpuProduct: undefined,
})
const lines = (text: string) => {
  const found = linesOf({ text, file: 'job.yaml' }, to)
  if (!found.ok) throw new Error(JSON.stringify(found.failure))
  return found.value
}
const refused = (text: string) => {
  const found = linesOf({ text, file: 'job.yaml' }, to)
  if (found.ok) throw new Error('It was read')
  return found.failure.code === 'INVALID'
    ? found.failure.data.issues.map(({ path, says }) => `${path} ${says}`)
    : [found.failure.code]
}

const JOB = `apiVersion: batch/v1
kind: Job
metadata:
  name: train-0412
  labels:
    team: vision   # stays
    kueue.x-k8s.io/queue-name: vision-onprem
spec:
  suspend: true
  template:
    spec:
      containers:
        - name: train
          image: train:1
          args: ["--data=lakefs://parcels/main@7c1e", "--output", "s3://results/x"]
          env:
            - name: CHECKPOINT_URI
              value: s3://checkpoints/train-0412
`
const TRAIN = `apiVersion: trainer.kubeflow.org/v1alpha1
kind: TrainJob
metadata: { name: train-0412, labels: { "kueue.x-k8s.io/queue-name": vision-onprem } }
spec:
  initializer:
    dataset:
      storageUri: lakefs://parcels/main@7c1e
`
const PYTORCH = `apiVersion: kubeflow.org/v1
kind: PyTorchJob
metadata:
  name: ddp
  labels: {kueue.x-k8s.io/queue-name: vision-onprem}
spec:
  pytorchReplicaSpecs:
    Master: { replicas: 1, template: { spec: { containers: [ { name: pytorch, env: [ { name: DATA, value: "lakefs://parcels/main@7c1e" } ] } ] } } }
    Worker: { replicas: 3, template: { spec: { containers: [ { name: pytorch, env: [ { name: DATA, value: "lakefs://parcels/main@7c1e" } ] } ] } } }
`
const WORKFLOW = `apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: { generateName: ocr- }
spec:
  arguments:
    parameters:
      - { name: data, value: 'lakefs://parcels/main@7c1e' }
      - { name: output, value: 's3://results/ocr' }
  podMetadata:
    labels:
      kueue.x-k8s.io/queue-name: vision-onprem
  templates: [ { name: main, container: { image: x } } ]
`
const POD = `{ "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "p", "labels": { "kueue.x-k8s.io/queue-name": "vision-onprem" } },
  "spec": { "containers": [ { "name": "c", "command": ["train", "--data", "lakefs://parcels/main@7c1e"] } ] } }
`
const PIPELINE = `pipelineInfo: { name: ocr }
root:
  inputDefinitions:
    parameters:
      data: { defaultValue: "lakefs://parcels/main@7c1e", parameterType: STRING }
---
platforms:
  kubernetes:
    deploymentSpec:
      executors:
        exec-train:
          podMetadata:
            labels:
              kueue.x-k8s.io/queue-name: vision-onprem
`

describe('two lines', () => {
  test.each([
    ['Job', JOB],
    ['TrainJob', TRAIN],
    ['PyTorchJob', PYTORCH],
    ['Workflow', WORKFLOW],
    ['Pod', POD],
  ])('of a %s change its queue and its data and nothing else', (kind, text) => {
    const [found] = lines(text)
    expect(found).toMatchObject({ kind })
    expect(found?.after).toBe(
      text
        .replaceAll('vision-onprem', 'vision-burst')
        .replaceAll('lakefs://parcels/main@7c1e', 's3://takt-burst/parcels/7c1e'),
    )
    expect(new Set(found?.changed.map(({ what }) => what))).toEqual(new Set(['queue', 'data']))
    for (const { line, from } of found?.changed ?? [])
      expect(text.split('\n')[line - 1]).toContain(from)
  })
  test('of a compiled pipeline stand in either of its documents', () => {
    const [found] = lines(PIPELINE)
    expect(found?.changed.find(({ what }) => what === 'data')).toMatchObject({
      line: 5,
      to: 's3://takt-burst/parcels/7c1e',
    })
    expect(found?.after).toBe(
      PIPELINE.replace('vision-onprem', 'vision-burst').replace(
        'lakefs://parcels/main@7c1e',
        's3://takt-burst/parcels/7c1e',
      ),
    )
  })
  test('are shown under the keys they stand under', () => {
    expect(lines(JOB)[0]?.lines.map(({ op, text }) => op + text)).toEqual([
      ' metadata:',
      '   labels:',
      '-    kueue.x-k8s.io/queue-name: vision-onprem',
      '+    kueue.x-k8s.io/queue-name: vision-burst',
      ' spec:',
      '   template:',
      '     spec:',
      '       containers:',
      '         - name: train',
      '-          args: ["--data=lakefs://parcels/main@7c1e", "--output", "s3://results/x"]',
      '+          args: ["--data=s3://takt-burst/parcels/7c1e", "--output", "s3://results/x"]',
    ])
  })
  test('put back give the manifest as it was, byte for byte', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9]{0,12}$/)
    fc.assert(
      fc.property(
        name,
        name,
        fc.constantFrom('plain', 'single', 'double'),
        fc.nat(6),
        (queue, data, quotes, indent) => {
          const quote = { plain: '', single: "'", double: '"' }[quotes]
          const text =
            `# ${queue}\n${stringify({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: queue, labels: { 'kueue.x-k8s.io/queue-name': 'Q' } }, spec: { template: { spec: { containers: [{ name: 'c', env: [{ name: 'DATA', value: 'U' }] }] } } } }, { indent: indent + 1 })}`
              .replace(/: Q$/m, `: ${quote}${queue}-onprem${quote}`)
              .replace(/: U$/m, `: ${quote}lakefs://${data}/main@1${quote}`)
          const [there] = lines(text)
          const back = linesOf({ text: there?.after ?? '', file: 'x' }, () => ({
            queue: `${queue}-onprem`,
            dataUri: `lakefs://${data}/main@1`,
            gpuProduct: undefined,
          }))
          expect(back.ok && back.value[0]?.after).toBe(text)
          expect(there?.lines.filter(({ op }) => op === '+')).toHaveLength(2)
        },
      ),
      { seed: 3, numRuns: 200 },
    )
  })
})

describe('what stands in the way is named with its line', () => {
  test.each<[why: string, text: string, want: RegExp[]]>([
    ['no queue label', JOB.replace(/ +kueue.*\n/, ''), [/^job\.yaml:[56] it has no label kueue/]],
    [
      'no labels at all',
      'apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: x\nspec: {}\n',
      [/^job\.yaml:4 it has no label/],
    ],
    [
      'an unknown kind',
      'apiVersion: apps/v1\n\nkind: Deployment\nmetadata: { name: x }\n',
      [/^job\.yaml:3 Deployment \(apps\/v1\) is no kind that can move/],
    ],
    [
      'a kind of another group',
      JOB.replace('batch/v1', 'example.org/v1'),
      [/^job\.yaml:2 Job \(example\.org\/v1\)/],
    ],
    ['no kind', 'metadata: { name: x }\n', [/^job\.yaml:1 it has no kind/]],
    [
      'several data URIs',
      JOB.replace('CHECKPOINT_URI', 'EXTRA'),
      [
        /^job\.yaml:15 it reads from several places, here lakefs:/,
        /^job\.yaml:18 .*here s3:\/\/checkpoints/,
      ],
    ],
    [
      'several queues',
      WORKFLOW.replace(
        'container:',
        'metadata: { labels: { kueue.x-k8s.io/queue-name: other } }, container:',
      ),
      [/^job\.yaml:11 one workload names several queues/, /^job\.yaml:12 .*other/],
    ],
    ['broken YAML', 'apiVersion: batch/v1\nkind: [Job\n', [/^job\.yaml:[23] /]],
    ['a key twice', 'kind: Job\nkind: Job\n', [/^job\.yaml:2 .*unique/i]],
    ['a text', 'hello\n', [/^job\.yaml:1 it is no object/]],
    ['nothing', '', [/^job\.yaml:1 it holds no manifest/]],
    [
      'the second of two documents',
      `${JOB}---\n${JOB.replace('kind: Job', 'kind: Jib')}`,
      [/^job\.yaml:21 Jib/],
    ],
    [
      'aliases without end',
      `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c]\n`,
      [/^job\.yaml:1 .*alias/i],
    ],
  ])('%s', (_why, text, want) => {
    const found = refused(text)
    expect(found).toHaveLength(want.length)
    want.forEach((pattern, index) => expect(found[index]).toMatch(pattern))
  })
  test('an annotation says which of several URIs is the data', () => {
    const text = JOB.replace('CHECKPOINT_URI', 'EXTRA').replace(
      '  labels:',
      '  annotations: { takt.dev/data-uri: lakefs://parcels/main@7c1e }\n  labels:',
    )
    expect(lines(text)[0]?.changed.map(({ what, to: value }) => `${what} ${value}`)).toContain(
      'data s3://takt-burst/parcels/7c1e',
    )
    expect(lines(text)[0]?.after).toContain('s3://checkpoints/train-0412')
  })
})
