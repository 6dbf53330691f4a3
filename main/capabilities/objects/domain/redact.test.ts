import { expect, test } from 'vitest'
import type { Raw } from './raw'
import { HIDDEN, hidden, revealed, written } from './redact'

const secret: Raw = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: {
    name: 'db',
    namespace: 'team',
    uid: 'u1',
    resourceVersion: '7',
    annotations: {
      'kubectl.kubernetes.io/last-applied-configuration': '{"data":{"password":"aHVudGVyMg=="}}',
      note: 'kept',
    },
  },
  data: { password: 'aHVudGVyMg==', user: 'YWRh' },
}
const job: Raw = {
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'train', namespace: 'team' },
  spec: {
    parallelism: 1,
    template: {
      spec: {
        containers: [
          {
            name: 'main',
            image: 'x',
            env: [
              { name: 'HF_TOKEN', value: 'hf_abc' },
              { name: 'EPOCHS', value: '3' },
              { name: 'DB_PASSWORD', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } },
            ],
          },
        ],
      },
    },
  },
}

test('no value of a secret, and nothing that repeats one, is left in the text', () => {
  for (const raw of [secret, job])
    expect(JSON.stringify(hidden(raw).object)).not.toMatch(/aHVudGVyMg|YWRh|hf_abc/)
  expect(hidden(secret).paths).toEqual([
    'data.password',
    'data.user',
    'metadata.annotations.kubectl.kubernetes.io/last-applied-configuration',
  ])
  expect(hidden(job).object).toMatchObject({
    spec: {
      template: {
        spec: {
          containers: [
            {
              env: [
                { name: 'HF_TOKEN', value: HIDDEN },
                { name: 'EPOCHS', value: '3' },
                { name: 'DB_PASSWORD' },
              ],
            },
          ],
        },
      },
    },
  })
})
test('what was hidden is put back when the text is applied, wherever the person moved it within its list', () => {
  const shown = hidden(secret).object
  const edited = { ...shown, metadata: { ...shown.metadata, annotations: { note: 'changed' } } }
  expect(revealed(edited, secret)).toEqual({
    object: {
      ...secret,
      metadata: {
        ...secret.metadata,
        annotations: { ...secret.metadata.annotations, note: 'changed' },
      },
    },
  })
  const reordered = structuredClone(hidden(job).object) as unknown as {
    spec: { template: { spec: { containers: { env: unknown[] }[] } } }
  }
  reordered.spec.template.spec.containers[0]?.env.reverse()
  expect(JSON.stringify(revealed(reordered as unknown as Raw, job))).toContain('hf_abc')
})
test.each<[why: string, change: (shown: Raw) => Raw, path: string]>([
  [
    'a new value, which would be written down',
    (shown) => ({ ...shown, data: { ...(shown['data'] as object), password: 'bmV3' } }),
    'data.password',
  ],
  [
    'the word hidden where nothing was',
    (shown) => ({ ...shown, data: { ...(shown['data'] as object), other: HIDDEN } }),
    'data.other',
  ],
])('refuses %s', (_why, change, path) => {
  expect(revealed(change(hidden(secret).object), secret)).toMatchObject({ refused: [{ path }] })
})
test('people see and send only what people write', () => {
  expect(Object.keys(written(secret).metadata)).toEqual(['name', 'namespace', 'annotations'])
})
