import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'
import { seeded } from '../../main/kernel/random'
import { systemClock } from '../../main/platform/clock/system'
import { serveInFolder } from '../../main/compose/served-plant'
import type { ServedPlant } from '../../main/plant/serve'
import { Client } from '../cluster/stack/client'
import type { SharedCluster } from './people'

export interface PlantCluster extends SharedCluster {
  served: ServedPlant
  folder: string
  /** Closes it and serves it again from its folder, as after a restart of the machine. */
  again(): Promise<PlantCluster>
  stop(): Promise<void>
}

/** The plant as a cluster of its own, over TLS, as `takt plant serve` serves it. */
export async function servedPlant(
  folder = mkdtempSync(join(tmpdir(), 'takt-served-')),
): Promise<PlantCluster> {
  const stop = new AbortController()
  const faults: string[] = []
  const served = await serveInFolder(
    {
      folder,
      port: 0,
      speed: 60,
      clock: systemClock,
      random: seeded(5),
      tell: (says) => faults.push(says),
    },
    stop.signal,
  )
  const kubeconfigFor = (user: string) => {
    const person = served.people.find((one) => one.user === user)
    if (!person) throw new Error(`${user} is not among the people of the plant`)
    return readFileSync(person.kubeconfig, 'utf8')
  }
  const clientFor = (user: string) => {
    const config = parse(kubeconfigFor(user)) as {
      clusters: { cluster: { server: string } }[]
      users: { user: { token: string } }[]
    }
    return new Client(
      config.clusters[0]?.cluster.server ?? '',
      served.authority,
      undefined,
      config.users[0]?.user.token,
    )
  }
  const close = async () => {
    stop.abort()
    await served.close()
    if (faults.length > 0) throw new Error(faults.join('\n'))
  }
  return {
    served,
    folder,
    admin: clientFor('kai.storm'),
    clientFor: (user) => Promise.resolve(clientFor(user)),
    kubeconfigFor: (user) => Promise.resolve(kubeconfigFor(user)),
    async again() {
      await close()
      return servedPlant(folder)
    },
    async stop() {
      await close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
