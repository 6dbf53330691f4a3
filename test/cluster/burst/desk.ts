import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRouterClient } from '@orpc/server'
import { expect } from 'vitest'
import { compose, type CoreClient } from '../../../main/compose'
import type { Clock } from '../../../main/kernel/clock'
import { seeded } from '../../../main/kernel/random'
import { systemClock } from '../../../main/platform/clock/system'
import type { WorkloadRef } from '../../../preload/contract/burst'
import type { Operation, Plan } from '../../../preload/contract/operations'
import { CLUSTER, startBurstStack, type BurstStack } from '../burst-stack'
import { awaited } from '../discovery/person'
import { soon } from '../discovery/watching'
import { until } from '../stack/servers'
import { readHere } from '../../support/kubeconfigs'

export const POOL = 'p4d'
export interface DeskOptions {
  clock?: Clock
  kubeconfig?: string
  steward?: boolean
  env?: Record<string, string>
}

/** Time as it is, with pauses a quarter as long: what waits for a server looks again sooner. */
export const impatient: Clock = {
  now: () => systemClock.now(),
  sleep: (ms, signal) => systemClock.sleep(ms / 4, signal),
}

/** What is asked of a core by the contract, whoever runs it. */
export function handsOn({
  takt,
  stack,
  home,
  away,
}: {
  takt(): CoreClient
  stack: BurstStack
  home(): string
  away(): string
}) {
  const machines = (pool = POOL) =>
    [...stack.glue.machines.values()].filter(({ group }) => group === pool)
  const start = async (plan: Plan): Promise<string> => {
    expect(plan.blockedBy).toEqual([])
    return (await takt().operations.start({ planId: plan.id })).operationId
  }
  const ended = async (operationId: string): Promise<Operation> => {
    let seen: Operation | undefined
    await until(
      async () =>
        !['running', 'cancelling', 'undoing'].includes(
          (seen = await takt().operations.get({ operationId })).state,
        ),
      {
        seconds: 60,
        why: () =>
          `the operation did not end: ${JSON.stringify([seen?.steps, seen?.journal], undefined, 1)}`,
      },
    )
    if (!seen) throw new Error('no operation was seen')
    return seen
  }
  const done = async (operationId: string): Promise<Operation> => {
    const operation = await ended(operationId)
    if (operation.state !== 'done')
      throw new Error(
        JSON.stringify(
          { state: operation.state, failure: operation.failure, journal: operation.journal },
          undefined,
          1,
        ),
      )
    return operation
  }
  return {
    machines,
    start,
    ended,
    done,
    refOf: (name: string, more: Partial<WorkloadRef> = {}): WorkloadRef => ({
      site: home(),
      kind: 'Job',
      namespace: 'default',
      name,
      ...more,
    }),
    to: (pool = POOL) => ({ site: away(), pool }),
    run: async (plan: Plan) => done(await start(plan)),
    bothLive: async () =>
      awaited(await takt().sites.watch(), (all) =>
        [home(), away()].every((id) => all.some((one) => one.id === id && one.state === 'live')),
      ),
    /** Nothing is rented that nobody accounts for, and what was rented for moves is gone. */
    async nothingRented(pool = POOL): Promise<void> {
      await soon(
        () => Promise.resolve(machines(pool).length === 0),
        'a machine stayed and is billed',
      )
      expect(
        (await takt().cloud.orphans()).orphans.filter(({ kind }) => kind === 'instance'),
      ).toEqual([])
    },
  }
}

/** A core of a person on both sites: the building is home, and the EKS cluster was added by the keys of the environment. */
export async function openDesk(stack: BurstStack, options: DeskOptions = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'takt-burst-'))
  let takt: CoreClient | undefined
  let end = () => Promise.resolve()
  let [home, away] = ['', '']
  const core = () => {
    if (!takt) throw new Error('no core runs')
    return takt
  }
  const hands = handsOn({ takt: core, stack, home: () => home, away: () => away })
  /** A core on the store of this machine; the next one goes on where the last was closed. */
  async function begin(): Promise<void> {
    const made = await compose({
      kubeconfigs: readHere,
      storeDir: join(folder, 'store'),
      host: 'test',
      version: '0.0.0',
      clock: options.clock ?? impatient,
      random: seeded(5),
      plant: false,
      ...(options.steward !== undefined && { steward: options.steward }),
      env: {
        HOME: folder,
        KUBECONFIG: join(folder, 'kubeconfig'),
        PATH: process.env['PATH'] ?? '',
        ...stack.env,
        ...options.env,
      },
    })
    takt = createRouterClient(made.router)
    end = async () => {
      end = () => Promise.resolve()
      await made.close()
    }
    await made.started
  }
  writeFileSync(
    join(folder, 'kubeconfig'),
    options.kubeconfig ?? (await stack.onPrem.kubeconfigFor('mara', ['system:masters'])),
    { mode: 0o600 },
  )
  await begin()
  ;({ home, away } = await connectBoth(core(), stack))
  await hands.bothLive()
  return {
    ...hands,
    folder,
    begin,
    core,
    home: () => home,
    away: () => away,
    /** Ends the core and leaves its store. */
    rest: () => end(),
    async close() {
      await end()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
export type Desk = Awaited<ReturnType<typeof openDesk>>

export interface TwoClusters {
  stack: BurstStack
  desk: Desk
  end(): Promise<void>
}
/** Both clusters without Kueue, a pool to rent machines from, and a person's core on them. */
export async function twoClusters(): Promise<TwoClusters> {
  const stack = await startBurstStack({ kueue: false })
  try {
    await stack.addNodeGroup({ name: POOL, instanceType: 'p4d.24xlarge' })
    const desk = await openDesk(stack)
    return {
      stack,
      desk,
      end: async () => {
        await desk.close()
        await stack.stop()
      },
    }
  } catch (error) {
    await stack.stop()
    throw error
  }
}

export async function connectBoth(
  takt: CoreClient,
  stack: BurstStack,
): Promise<{ home: string; away: string }> {
  const [context] = (await takt.sites.contexts()).contexts
  const home = context?.id ?? ''
  await takt.sites.connect({ site: home })
  await takt.sites.makeHome({ site: home })
  const { profiles } = await takt.sites.awsProfiles()
  const { site: away } = await takt.sites.addEks({
    profile: profiles.find(({ kind }) => kind === 'environment')?.name ?? '',
    region: stack.aws.region,
    cluster: CLUSTER,
  })
  await takt.sites.connect({ site: away })
  return { home, away }
}
