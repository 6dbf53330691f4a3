import { expect, test } from 'vitest'
import { makeAuthority } from './authority'
import type { Standing, Stop } from './service'

const signal = new AbortController().signal
const authority = (more: { stop?: Stop; standing?: Standing; holds?: boolean }) =>
  makeAuthority({
    stopped: () => more.stop,
    readable: () => Promise.resolve(),
    lease: {
      mayAct: () => (more.holds ?? false) && more.stop === undefined,
      standing: () => Promise.resolve(more.standing ?? 'nobody'),
    },
  })
const pulled: Stop = { pulled: true, says: 'an audit' }
const unread: Stop = { pulled: false, says: 'the policy cannot be read now' }

test.each([
  ['the Lease is held', { holds: true }, { lease: true, owner: true }],
  ['the Lease is not held', {}, { lease: false, owner: true }],
  ['the kill switch is pulled', { holds: true, stop: pulled }, { lease: false, owner: false }],
  ['the kill switch cannot be read', { holds: true, stop: unread }, { lease: false, owner: false }],
] as const)('what may act where %s', (_what, more, want) => {
  const asked = authority(more)
  expect({
    lease: asked.acting('lease').mayAct(),
    owner: asked.acting('owner').mayAct(),
  }).toEqual(want)
})
test.each([
  ['this core holds the Lease again', { standing: 'here' }, undefined, undefined],
  ['another core acts', { standing: 'elsewhere' }, /another core holds the Lease/, undefined],
  ['this core no longer acts for others', {}, /no longer acts for others/, undefined],
  ['the kill switch is pulled', { standing: 'here', stop: pulled }, /an audit/, /an audit/],
] as const)('what may go on after a restart where %s', async (_what, more, lease, owner) => {
  const asked = authority(more)
  const told = async (on: 'lease' | 'owner') => (await asked.mayGoOn(on, signal)) ?? 'yes'
  expect(await told('lease')).toMatch(lease ?? /^yes$/)
  expect(await told('owner')).toMatch(owner ?? /^yes$/)
})
