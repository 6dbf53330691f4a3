import { afterEach, describe, expect, it, vi } from 'vitest'
import { anEnvironment, anEvent, anItem, at } from '../../../test/support/builders/records'
import { aLine, playPod } from '../../../test/support/fakes/line'
import { makeExpiry, expired, type ExpiryPorts } from './expiry'
import { Reconciler } from './reconcile'

const line = (more: Parameters<typeof anEnvironment>[1] = {}) => {
  const made = aLine([
    anEnvironment('voice-nb', { workItem: 'voice', ...more }),
    anItem('voice', [anEvent('entered', 5, { station: 'button' })]),
  ])
  made.kube.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'voice' } })
  return made
}
let stop = () => {}
afterEach(() => stop())

describe('following environments', () => {
  it('writes status and work events once, whoever watches', async () => {
    const made = line()
    const [one, two] = [new Reconciler(made.ports), new Reconciler(made.ports)]
    const stops = [one.start(), two.start()]
    stop = () => {
      for (const each of stops) each()
    }
    playPod(made.kube, { namespace: 'voice', name: 'voice-nb' })
    await vi.waitFor(
      async () => {
        await Promise.all([one.settled(), two.settled()])
        expect(made.records.find('Environment', 'voice-nb')?.status).toMatchObject({
          phase: 'Ready',
          pod: 'voice-nb-0',
          node: 'l40s-1',
        })
      },
      { timeout: 15_000 },
    )
    const item = made.records.find('WorkItem', 'voice')
    expect(item?.status.station).toBe('work')
    expect(item?.status.events?.map(({ type }) => type)).toEqual(['entered', 'left', 'entered'])
    const version = made.kube.one('Environment', 'voice-nb')?.metadata.resourceVersion
    await Promise.all([one.settled(), two.settled()])
    expect(made.kube.one('Environment', 'voice-nb')?.metadata.resourceVersion).toBe(version)
  })
})

describe('what has outlived its time', () => {
  it('is what runs past its end', () => {
    const now = Date.parse(at(0))
    const all = [
      anEnvironment('over', { expiresAt: at(1) }),
      anEnvironment('lives', { expiresAt: at(-1) }),
      anEnvironment('paused', { expiresAt: at(1), state: 'paused' }),
    ]
    expect(expired(all, now).map(({ meta }) => meta.name)).toEqual(['over'])
  })
  const over = (made: ReturnType<typeof aLine>, more: Partial<ExpiryPorts> = {}) => {
    const paused: string[] = []
    const expiry = makeExpiry({
      ...made.ports,
      idleness: { look: () => Promise.resolve(undefined) },
      owner: { on: 'owner', mayAct: () => true },
      stewarded: () => Promise.resolve(false),
      pause: (ref) => {
        paused.push(ref.name)
        return Promise.resolve({ ok: true as const, value: undefined })
      },
      ...more,
    })
    return { expiry, paused }
  }
  const two = () =>
    aLine([
      anEnvironment('mine', { owner: 'ada', expiresAt: at(1) }),
      anEnvironment('theirs', { owner: 'tove', expiresAt: at(1) }),
    ])
  it("is paused once, and only where it is one's own", async () => {
    const { expiry, paused } = over(two())
    await expiry.look()
    await expiry.look()
    expect(paused).toEqual(['mine'])
  })
  it("is everybody's to whoever acts under the Lease, and nobody's once the kill switch is pulled", async () => {
    const { expiry, paused } = over(two())
    await expiry.look({ on: 'lease', mayAct: () => false })
    expect(paused).toEqual([])
    await expiry.look({ on: 'lease', mayAct: () => true })
    expect(paused).toEqual(['mine', 'theirs'])
  })
  it("is not one's own core's to pause either while the kill switch is pulled", async () => {
    const { expiry, paused } = over(two(), { owner: { on: 'owner', mayAct: () => false } })
    await expiry.look()
    expect(paused).toEqual([])
  })
  it('is tried again in the next round where it could not be paused', async () => {
    let tries = 0
    const { expiry } = over(two(), {
      pause: () => {
        tries += 1
        return Promise.resolve(
          tries === 1
            ? {
                ok: false as const,
                failure: { code: 'SITE_UNKNOWN' as const, data: { site: 'x' } },
              }
            : { ok: true as const, value: undefined },
        )
      },
    })
    for (let round = 0; round < 4; round += 1) await expiry.look()
    expect(tries).toBe(2)
  })
  it("is left to whoever holds the Lease for two minutes, then seen to by its owner's core", async () => {
    const made = aLine([
      anEnvironment('just', { owner: 'ada', expiresAt: at(1) }),
      anEnvironment('long', { owner: 'ada', expiresAt: at(3) }),
    ])
    const { expiry, paused } = over(made, { stewarded: () => Promise.resolve(true) })
    await expiry.look()
    expect(paused).toEqual(['long'])
  })
})
