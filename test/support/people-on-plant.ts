import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRouterClient } from '@orpc/server'
import { stringify } from 'yaml'
import { preparedObjects } from '../../main/capabilities/prepare'
import { compose, type Core, type CoreClient } from '../../main/compose'
import { seeded } from '../../main/kernel/random'
import { PEOPLE, startPlant, type Plant } from '../../main/plant'
import { systemClock } from '../../main/platform/clock/system'
import type { Operation, Plan } from '../../preload/contract/operations'
import { readHere } from './kubeconfigs'

export interface PeopleOnPlant {
  plant: Plant
  /** One person at a machine of their own, signed in to the simulated site with their own token. */
  sitDown(user: string): Promise<CoreClient>
  nameOf(role: string): string
  end(): Promise<void>
}
/** The simulated home site as a cluster that several people share, each bound as Takt binds them. */
export async function peopleOnPlant(): Promise<PeopleOnPlant> {
  const home = mkdtempSync(join(tmpdir(), 'takt-people-'))
  const cores: Core[] = []
  const plant = await startPlant({
    clock: systemClock,
    random: seeded(5),
    people: PEOPLE.map(({ user, groups }) => ({
      user,
      groups,
      token: `token-of-${user}`,
    })),
    prepared: preparedObjects(),
  })
  return {
    plant,
    async sitDown(user) {
      const core = await compose({
        kubeconfigs: readHere,
        storeDir: join(home, `${user}-${String(cores.length)}`),
        host: 'test',
        version: '0.0.0',
        env: { HOME: home, KUBECONFIG: kubeconfigOf(plant, { home, user }) },
        clock: systemClock,
        random: seeded(user.length),
        plant: false,
      })
      cores.push(core)
      await core.started
      return signIn(createRouterClient(core.router) as CoreClient)
    },
    nameOf: (role) => PEOPLE.find((person) => person.role === role)?.user ?? '',
    async end() {
      for (const core of cores) await core.close()
      await plant.close()
      rmSync(home, { recursive: true, force: true })
    },
  }
}
function kubeconfigOf(plant: Plant, { home, user }: { home: string; user: string }): string {
  const [oslo] = plant.sites
  const file = join(home, `${user}.yaml`)
  writeFileSync(
    file,
    stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'oslo',
      clusters: [{ name: 'oslo', cluster: { server: oslo?.server } }],
      users: [{ name: user, user: { token: oslo?.tokens[user] } }],
      contexts: [{ name: 'oslo', context: { cluster: 'oslo', user } }],
    }),
    { mode: 0o600 },
  )
  return file
}
async function signIn(takt: CoreClient): Promise<CoreClient> {
  const [context] = (await takt.sites.contexts()).contexts
  await takt.sites.connect({ site: context?.id ?? '' })
  await takt.sites.makeHome({ site: context?.id ?? '' })
  for await (const { live, upserts } of await takt.records.watch({ kinds: ['Budget'] }))
    if (live && upserts.length > 0) return takt
  throw new Error('the site never answered')
}

/** Runs a plan and waits for its end, however it ends. */
export async function runToEnd(
  takt: CoreClient,
  plan: Plan,
  typedName = plan.losses?.typeName,
): Promise<Operation> {
  const { operationId } = await takt.operations.start({
    planId: plan.id,
    ...(typedName !== undefined && { typedName }),
  })
  for await (const all of await takt.operations.watch()) {
    const operation = all.find(({ id }) => id === operationId)
    if (operation && operation.state !== 'running') return operation
  }
  throw new Error('the operation was never heard of again')
}
