// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { act, cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { aPlan } from '../../../test/support/builders/plan'
import { ODD_INPUT } from '../../../test/support/odd-input'
import type { ObjectStory } from '../../../preload/contract/objects'
import type { Plan } from '../../../preload/contract/operations'
import { CoreProvider, type Client } from '../../client'
import { Acting } from './parts/Actions'
import { words } from './words'

const NOW = Date.parse('2026-11-18T14:32:00Z')
const objectRef = {
  site: 'oslo',
  resource: { group: 'apps', version: 'v1', plural: 'deployments' },
  namespace: 'voice',
  name: 'serve',
}
const story = {
  object: { uid: 'u1', replicas: { wanted: 2, ready: 2 } },
  tree: [],
} as unknown as ObjectStory

/** A core that plans when it is told to, and remembers what was started. */
function aCore() {
  const asked: { replicas: number; answer: () => void }[] = []
  const started: string[] = []
  const client = {
    objects: {
      planScale: ({ replicas }: { replicas: number }) =>
        new Promise<Plan>((resolve) =>
          asked.push({
            replicas,
            answer: () =>
              resolve(
                aPlan({ id: `plan-${String(replicas)}`, verb: `Scale to ${String(replicas)}` }),
              ),
          }),
        ),
    },
    operations: {
      start: ({ planId }: { planId: string }) => {
        started.push(planId)
        return Promise.resolve({ operationId: planId })
      },
    },
  } as unknown as Client
  return { client, asked, started }
}
const field = () => screen.getByLabelText(words.scaleTo)
const type = (text: string) => fireEvent.change(field(), { target: { value: text } })
/** The button that would run a plan, where there is one that may be pressed. */
const liveButton = () =>
  within(screen.getByRole('region'))
    .queryAllByRole('button')
    .find((one) => /^Scale/.test(one.textContent) && one.getAttribute('aria-disabled') === null)
const open = (client: Client) =>
  render(
    <MantineProvider>
      <CoreProvider value={{ client, now: () => NOW }}>
        <Acting objectRef={objectRef} story={story} change="scale" onClose={() => undefined} />
      </CoreProvider>
    </MantineProvider>,
  )
const planned = async (core: ReturnType<typeof aCore>, replicas: number) => {
  await waitFor(() => expect(core.asked.at(-1)?.replicas).toBe(replicas))
  act(() => core.asked.at(-1)?.answer())
  await screen.findByRole('button', { name: new RegExp(`Scale to ${String(replicas)}\\b`) })
}
afterEach(cleanup)

test('a plan has a button only while it is of the very number in the field', async () => {
  const core = aCore()
  open(core.client)
  type('1000')
  await planned(core, 1000)
  expect(liveButton()).toBeDefined()
  // Another number: from its first letter the plan of 1000 is marked as earlier, without a button.
  type('10')
  expect(liveButton()).toBeUndefined()
  expect(screen.getByText('for earlier input')).toBeDefined()
  fireEvent.keyDown(document, { key: 'Enter', ctrlKey: true })
  expect(core.started).toEqual([])
  await planned(core, 10)
  // Text that is no number: no plan at all, and the field says what it wants.
  type('2.5')
  expect(liveButton()).toBeUndefined()
  expect(screen.queryByText(/Scale to 10\b/)).toBeNull()
  expect(screen.getByRole('alert').textContent).toBe(
    'Give a whole number from 0 to 10,000, such as 3.',
  )
  expect(field().getAttribute('aria-invalid')).toBe('true')
  fireEvent.keyDown(document, { key: 'Enter', ctrlKey: true })
  expect(core.started).toEqual([])
})
test('an answer to an earlier question that comes late brings no button', async () => {
  const core = aCore()
  open(core.client)
  type('1000')
  await waitFor(() => expect(core.asked.at(-1)?.replicas).toBe(1000))
  const late = core.asked.at(-1)
  type('7')
  act(() => late?.answer())
  await waitFor(() => expect(core.asked.at(-1)?.replicas).toBe(7))
  expect(liveButton()).toBeUndefined()
  await planned(core, 7)
  fireEvent.click(liveButton() as HTMLElement)
  await waitFor(() => expect(core.started).toEqual(['plan-7']))
})
test.each(ODD_INPUT)('%s: the plan is of that very input or there is none', async (_what, text) => {
  const core = aCore()
  open(core.client)
  type('1000')
  await planned(core, 1000)
  type(text)
  const wanted = /^\s*\d+\s*$/.test(text) ? Number(text) : NaN
  if (wanted >= 0 && wanted <= 10_000) {
    await planned(core, wanted)
    return
  }
  expect(liveButton()).toBeUndefined()
  expect((await screen.findByRole('alert')).textContent).toMatch(/such as 3\.$/)
  expect(core.asked.at(-1)?.replicas).toBe(1000)
})
