import { expect, test } from 'vitest'
import { succeed } from '../../../kernel/outcome'
import type { MadePlan, StepContext } from '../../operations'
import { planNotebookAsk, type AskInput } from './ask'
import type { NotebookMoveInput } from './input'
import type { NotebookPorts } from './steps'

const MARK = 'takt.dev/burst-asked',
  REFUSED = 'takt.dev/burst-refused'
function aHome(annotations: Record<string, string | null>) {
  const client = {
    site: 'oslo',
    get: (_resource: unknown, _ref: unknown, schema: { parse(value: unknown): unknown }) =>
      Promise.resolve(
        succeed(
          schema.parse({
            metadata: {
              uid: 'uid-of-nb',
              annotations: Object.fromEntries(
                Object.entries(annotations).filter(([, value]) => value !== null),
              ),
            },
          }),
        ),
      ),
    mergePatch: (
      _resource: unknown,
      _ref: unknown,
      { body }: { body: { metadata: { annotations: object } } },
    ) => {
      Object.assign(annotations, body.metadata.annotations)
      return Promise.resolve(succeed({}))
    },
  }
  const sites = {
    client: () => succeed(client),
    review: (_site: string, asks: object[]) =>
      Promise.resolve(succeed(asks.map((ask) => ({ ...ask, allowed: 'yes', grantedBy: [] })))),
  }
  return { client, ports: { sites } as unknown as NotebookPorts }
}
const denied = {
  says: 'create statefulsets',
  verb: 'create',
  group: 'apps',
  resource: 'statefulsets',
  allowed: 'no',
  grantedBy: [],
}
const move = (blockedBy: { says: string; remedy: string }[] = []) =>
  ({
    input: {
      site: 'oslo',
      namespace: 'ocr',
      name: 'lab',
      by: 'mara',
      at: '2026-11-23T12:00:00Z',
      to: 'aws-burst',
      pool: { name: 'g6e-a', nodes: 1, usdPerHour: 3.5 },
    },
    plan: {
      blockedBy,
      permissions: [denied],
      quotas: [],
      choices: ['Ships volume lab-work.'],
      subject: { kind: 'Environment', name: 'lab', namespace: 'ocr' },
    },
    again: () => Promise.reject(new Error('not asked here')),
  }) as unknown as MadePlan<NotebookMoveInput>
async function asked(ports: NotebookPorts, of = move()) {
  const made = await planNotebookAsk(ports, of)
  if (!made.ok) throw new Error(made.failure.code)
  return made.value
}

test('asking writes who asks and for how much where every lead sees it, and is taken back to what stood before', async () => {
  const annotations: Record<string, string | null> = {
    [REFUSED]: '{"by":"kari","at":"2026-11-22T12:00:00Z","reason":"no","usd":1}',
  }
  const { client, ports } = aHome(annotations)
  const { plan, kind, input } = await asked(ports)
  expect([plan.verb, plan.blockedBy, plan.risks[0]?.includes('kernels is lost')]).toEqual([
    'Ask',
    [],
    true,
  ])
  const context = {
    input,
    client: () => succeed(client),
    kept: {},
    progress: () => undefined,
    note: () => undefined,
    signal: new AbortController().signal,
  } as unknown as StepContext<AskInput>
  const [step] = kind.steps(input)
  expect(await step?.run(context)).toMatchObject({ ok: true })
  expect(JSON.parse(annotations[MARK] ?? '')).toEqual({
    by: 'mara',
    at: '2026-11-23T12:00:00Z',
    pool: 'g6e-a',
    usd: 3.5,
  })
  expect(annotations[REFUSED]).toBeNull()
  expect(await step?.undo?.(context)).toMatchObject({ ok: true })
  expect(annotations[MARK]).toBeNull()
})
test('what forbids the move forbids asking for it too', async () => {
  const { plan } = await asked(
    aHome({}).ports,
    move([{ says: 'Budget Vision has $1 left.', remedy: 'kari.holm can raise it.' }]),
  )
  expect(plan.blockedBy.map(({ says }) => says)).toEqual(['Budget Vision has $1 left.'])
})
