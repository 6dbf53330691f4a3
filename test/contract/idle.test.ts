import { afterAll, beforeAll, expect, test } from 'vitest'
import { Draft } from '../../preload/contract/projects'
import { coreOnPlant, type CoreOnPlant } from '../support/core-on-plant'
import { when } from '../support/stream'
import { forPrograms } from '../support/forwarded'

let plant: CoreOnPlant
beforeAll(async () => {
  plant = await coreOnPlant({ speed: 60, seed: 5 })
})
afterAll(() => plant.end())

/** A small notebook that is to be paused after five idle minutes, ready to be worked in. */
async function aNotebook(name: string) {
  const { takt } = plant
  const { offers } = await takt.environments.offers({})
  const size = offers.find(({ size: { name: called } }) => called === 'CPU small')?.size
  const draft = Draft.parse({
    id: name,
    step: 'button',
    name,
    size,
    tool: 'jupyter',
    pauseAfterMinutes: 5,
    project: {
      title: 'Idle',
      question: 'Does it stop by itself?',
      owner: 'mara.lind',
      team: 'Voice',
      members: [],
      costCentre: '4410',
      timeBox: { start: '2026-01-01T00:00:00Z', due: '2099-01-01T00:00:00Z' },
      budgetUsd: 50,
      sites: ['oslo'],
    },
  })
  const plan = await takt.environments.planProvision({ draft })
  expect(plan.blockedBy).toEqual([])
  await takt.operations.start({ planId: plan.id })
  const ref = { namespace: name, name: `${name}-nb` }
  const seen = await when(
    await takt.environments.watch(ref),
    ({ phase }) => phase === 'Ready' || phase === 'Paused',
  )
  expect(seen.phase).toBe('Ready')
  return {
    ref,
    phase: async () => {
      const found = (await takt.records.list({ kind: 'Environment', namespace: name }))[0]
      return found?.kind === 'Environment' ? found.status.phase : undefined
    },
    idle: () => takt.environments.idle(ref),
    /** Begins something in its server, as a person does in the browser. */
    async work(kind: 'cell' | 'command', minutes: number) {
      const { url } = await takt.environments.open(ref)
      const answer = await fetch(new URL('run', forPrograms(url)), {
        method: 'POST',
        body: new URLSearchParams({ kind, minutes: String(minutes) }),
        redirect: 'manual',
      })
      expect(answer.status).toBe(303)
    },
  }
}
const paused = async (name: string) => {
  for await (const operations of await plant.takt.operations.watch())
    return operations.find(({ title }) => title === `Stop ${name}`)
  return undefined
}

test('an environment that nobody works in is paused by itself, and says since when', async () => {
  const notebook = await aNotebook('idle-voice')
  await expect.poll(notebook.phase, { timeout: 90_000, interval: 500 }).toBe('Paused')
  expect(JSON.stringify(await paused('idle-voice-nb'))).toMatch(/Nobody worked in it since/)
})

test.each([
  ['cell', 'kernel-busy'],
  ['command', 'command-runs'],
] as const)(
  'a silent %s keeps it from being paused for as long as it runs',
  async (kind, reason) => {
    const notebook = await aNotebook(`busy-${kind}`)
    await notebook.work(kind, 25)
    const begun = (await notebook.idle()).since ?? new Date(0).toISOString()
    // Four times the idle minutes go by, in which its server hears of nothing.
    const { takt } = plant
    const now = async () => Date.parse((await takt.environments.offers({})).asOf)
    const end = (await now()) + 20 * 60_000
    while ((await now()) < end) {
      const seen = await notebook.idle()
      expect(seen.idle).toBe(false)
      // A server that is looked at anew may say Starting for a moment; what must not come is a pause.
      expect(['Ready', 'Starting']).toContain(await notebook.phase())
      await new Promise((passed) => setTimeout(passed, 500))
    }
    const late = await notebook.idle()
    expect(late, `begun ${begun}`).toMatchObject({ idle: false, reason })
    expect(late.readings.map(({ what, known }) => [what, known])).toEqual([
      ['server', true],
      ['terminals', true],
      ['cpu', true],
    ])
    await expect.poll(notebook.phase, { timeout: 60_000, interval: 500 }).toBe('Paused')
  },
)
