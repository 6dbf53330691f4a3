import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRouterClient } from '@orpc/server'
import { compose, type Core, type CoreClient } from '../../../main/compose'
import type { Clock } from '../../../main/kernel/clock'
import { seeded } from '../../../main/kernel/random'
import { systemClock } from '../../../main/platform/clock/system'
import type { Operation, Plan } from '../../../preload/contract/operations'
import type { RecordKind, RecordOf } from '../../../preload/contract/records'
import type { SiteState } from '../../../preload/contract/sites'
import type { Plane } from '../stack/plane'
import { until } from '../stack/servers'
import { readHere } from '../../support/kubeconfigs'

/** One person at one machine: a core of their own with their own store and kubeconfig, spoken to by the contract alone. */
export interface Person {
  takt: CoreClient
  site: string
  state(): Promise<SiteState>
  /** Runs a plan to its end and answers the operation; one that does not end well is an error with its journal. */
  run(plan: Plan): Promise<Operation>
  /** Takes back a finished operation and answers how that ended. */
  undo(operation: Operation): Promise<Operation>
  /** The kubeconfig this core follows. */
  kubeconfig: string
  read<K extends RecordKind>(kind: K, name: string, namespace?: string): Promise<RecordOf<K>>
  leave(): Promise<void>
}

/** The first item of a stream that is as wanted. */
export async function awaited<T>(
  stream: AsyncIterable<T>,
  isWanted: (item: T) => boolean,
): Promise<T> {
  for await (const item of stream) if (isWanted(item)) return item
  throw new Error('the stream ended before what was waited for')
}

const PATIENCE_SECONDS = 120

async function ended(takt: CoreClient, operationId: string): Promise<Operation> {
  let seen: Operation | undefined
  await until(
    async () => {
      seen = await takt.operations.get({ operationId })
      return !['running', 'cancelling', 'undoing'].includes(seen.state)
    },
    {
      seconds: PATIENCE_SECONDS,
      why: () => `the operation did not end: ${JSON.stringify(seen?.steps, null, 1)}`,
    },
  )
  if (!seen) throw new Error('no operation was seen')
  return seen
}

export interface Seat {
  /** The kubeconfig's text, where it is not the plane's for this person. */
  kubeconfig?: string
  clock?: Clock
  env?: Record<string, string>
}

/** Connects the first context of the kubeconfig, with consent to its plugin where it has one, and makes it home. */
async function connectFirst(takt: CoreClient): Promise<string> {
  const { contexts } = await takt.sites.contexts()
  const [found] = contexts
  if (!found) throw new Error('no context was found in the kubeconfig')
  await takt.sites.connect({
    site: found.id,
    ...(found.plugin && { consentToHash: found.plugin.hash }),
  })
  await takt.sites.makeHome({ site: found.id })
  return found.id
}

/** The kubeconfig is in place and nothing is connected yet. */
async function arrive(
  plane: Plane,
  who: { user: string; groups: string[] },
  seat: Seat,
): Promise<{ core: Core; home: string; file: string }> {
  const home = mkdtempSync(join(tmpdir(), `takt-${who.user}-`))
  const file = join(home, 'kubeconfig')
  // Everybody works in one company: whoever sits down is in the group that uses Takt.
  const groups = [...who.groups, 'takt-members']
  writeFileSync(file, seat.kubeconfig ?? (await plane.kubeconfigFor(who.user, groups)), {
    mode: 0o600,
  })
  const core = await compose({
    kubeconfigs: readHere,
    storeDir: join(home, 'store'),
    host: 'test',
    version: '0.0.0',
    env: { HOME: home, KUBECONFIG: file, PATH: process.env['PATH'] ?? '', ...seat.env },
    clock: seat.clock ?? systemClock,
    random: seeded([...who.user].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7)),
    plant: false,
  })
  await core.started
  return { core, home, file }
}

export async function sitDown(
  plane: Plane,
  who: { user: string; groups: string[] },
  seat: Seat = {},
): Promise<Person> {
  const { core, home, file } = await arrive(plane, who, seat)
  const takt: CoreClient = createRouterClient(core.router)
  const site = await connectFirst(takt).catch(async (error: unknown) => {
    await core.close()
    rmSync(home, { recursive: true, force: true })
    throw error
  })
  const state = async (): Promise<SiteState> => {
    const states = await awaited(await takt.sites.watch(), () => true)
    const own = states.find(({ id }) => id === site)
    if (!own) throw new Error(`${site} is not among the sites`)
    return own
  }
  return {
    takt,
    site,
    kubeconfig: file,
    state,
    async run(plan) {
      if (plan.blockedBy.length > 0)
        throw new Error(`the plan is blocked: ${JSON.stringify(plan.blockedBy, null, 1)}`)
      const typedName = plan.losses?.typeName
      const { operationId } = await takt.operations.start({
        planId: plan.id,
        ...(typedName !== undefined && { typedName }),
      })
      const operation = await ended(takt, operationId)
      if (operation.state !== 'done')
        throw new Error(
          `${operation.title} ${operation.state}: ${JSON.stringify(operation.failure)}\n${operation.journal.map(({ says }) => says).join('\n')}`,
        )
      return operation
    },
    async undo({ id }) {
      await takt.operations.undo({ operationId: id })
      return ended(takt, id)
    },
    read: async (kind, name, namespace) =>
      (await takt.records.get({
        kind,
        name,
        ...(namespace !== undefined && { namespace }),
      })) as never,
    async leave() {
      await core.close()
      rmSync(home, { recursive: true, force: true })
    },
  }
}
