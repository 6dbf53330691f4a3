import { expect, test } from 'vitest'
import { failure } from '../../../preload/contract/failures'
import type { KubeObject } from '../../platform/kubernetes/types'
import { FakeKube } from '../../../test/support/fakes/kube'
import { HandClock } from '../../../test/support/clock'
import { Leadership, leaseSight } from './lease'

const signal = new AbortController().signal
const held = async (lead: Leadership, kube: FakeKube) => {
  const stood = await lead.stand(kube, signal)
  if (!stood.ok) throw new Error(stood.failure.code)
  return stood.value
}
const at = () => {
  const clock = new HandClock()
  const kube = new FakeKube({ clock })
  return {
    clock,
    kube,
    one: new Leadership({ clock, identity: 'one' }),
    two: new Leadership({ clock, identity: 'two' }),
  }
}

test('one holds it, and another only once it has seen it unchanged for as long as it lasts', async () => {
  const { clock, kube, one, two } = at()
  expect([await held(one, kube), await held(two, kube)]).toEqual([true, false])
  expect([one.holds, two.holds, two.holder]).toEqual([true, false, 'one'])
  await clock.advance(8000)
  expect(await held(one, kube)).toBe(true)
  await clock.advance(14_000)
  expect(await held(two, kube), 'the change of 14 s ago was first seen now').toBe(false)
  await clock.advance(14_000)
  expect(one.holds, 'who does not renew stops by itself').toBe(false)
  expect(await held(two, kube)).toBe(false)
  await clock.advance(2000)
  expect(await held(two, kube)).toBe(true)
  expect(await held(one, kube)).toBe(false)
  expect(kube.one('Lease', 'takt-steward')?.['spec']).toMatchObject({
    holderIdentity: 'two',
    leaseTransitions: 1,
  })
})
test('never two at a time, whatever their clocks say and whenever they ask', async () => {
  for (const skewHours of [-30, -1, 0, 1, 30]) {
    const { clock, kube, one } = at()
    // The other machine's clock goes wrong by hours; only how fast it goes matters.
    const skewed = {
      now: () => clock.now() + skewHours * 3_600_000,
      sleep: clock.sleep.bind(clock),
    }
    const two = new Leadership({ clock: skewed, identity: 'two' })
    for (let step = 0; step < 60; step += 1) {
      if (step % 7 !== 3) await one.stand(kube, signal)
      await two.stand(kube, signal)
      expect(one.holds && two.holds, `skew ${String(skewHours)} h, step ${String(step)}`).toBe(
        false,
      )
      await clock.advance(step % 11 === 5 ? 12_000 : 3000)
    }
  }
})
test('who loses a race for it does not hold it', async () => {
  const { kube, one } = at()
  await held(one, kube)
  kube.onWrite = (verb, { kind }) =>
    verb === 'update' && kind === 'Lease'
      ? failure('CONFLICT', {
          kind,
          name: 'takt-steward',
          theirs: 'two',
          resourceVersion: '',
          fields: [],
        })
      : undefined
  expect(await held(one, kube)).toBe(false)
  expect(one.holds).toBe(false)
})
test('a site that does not answer leaves what is held until it runs out', async () => {
  const { clock, kube, one } = at()
  await held(one, kube)
  kube.onWrite = () => failure('CLUSTER_UNREACHABLE', { site: 'oslo', server: 'x', cause: 'gone' })
  await clock.advance(3000)
  expect((await one.stand(kube, signal)).ok).toBe(false)
  expect(one.holds).toBe(true)
  await clock.advance(8000)
  expect(one.holds).toBe(false)
})
test('letting go lets the next one begin at once', async () => {
  const { kube, one, two } = at()
  await held(one, kube)
  await one.resign(kube, signal)
  expect([one.holds, await held(two, kube)]).toEqual([false, true])
})
test('its instants have the form the API wants', async () => {
  const { kube, one } = at()
  await held(one, kube)
  const { renewTime } = (kube.one('Lease', 'takt-steward') as KubeObject)['spec'] as {
    renewTime: string
  }
  expect(renewTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
})
test('who does not stand for it sees whether somebody keeps it alive', async () => {
  const { clock, kube, one } = at()
  const sight = leaseSight(clock)
  expect(await sight(kube, signal), 'nobody ever stood for it').toBe(false)
  await held(one, kube)
  for (let step = 0; step < 4; step += 1) {
    expect(await sight(kube, signal)).toBe(true)
    await clock.advance(8000)
    await held(one, kube)
  }
  expect(await sight(kube, signal)).toBe(true)
  await clock.advance(16_000)
  expect(await sight(kube, signal), 'its holder is gone without a word').toBe(false)
  await held(one, kube)
  expect(await sight(kube, signal)).toBe(true)
  await one.resign(kube, signal)
  expect(await sight(kube, signal)).toBe(false)
})

test('takes over no namespace of its name that somebody else made', async () => {
  const kube = new FakeKube({ clock: new HandClock() })
  kube.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'takt-system' } })
  const lead = new Leadership({ clock: new HandClock(), identity: 'one' })
  expect(await lead.stand(kube, new AbortController().signal)).toMatchObject({
    ok: false,
    failure: {
      code: 'NAMESPACE_TAKEN',
      data: { remedy: expect.stringContaining('kubectl label') as string },
    },
  })
  expect(kube.all('Lease')).toEqual([])
})
