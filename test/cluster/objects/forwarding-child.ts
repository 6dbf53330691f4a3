import { createRouterClient } from '@orpc/server'
import { compose, type CoreClient } from '../../../main/compose'
import { seeded } from '../../../main/kernel/random'
import { systemClock } from '../../../main/platform/clock/system'
import { readHere } from '../../support/kubeconfigs'

// A core of its own that opens one forward, tells its address, and goes on until it is killed.
const [, , home = '', kubeconfig = '', namespace = '', name = ''] = process.argv
const core = await compose({
  kubeconfigs: readHere,
  storeDir: `${home}/store`,
  host: 'test',
  version: '0',
  env: { HOME: home, PATH: process.env['PATH'], KUBECONFIG: kubeconfig },
  clock: systemClock,
  random: seeded(1),
  plant: false,
})
const client = createRouterClient(core.router) as CoreClient
const { contexts } = await client.sites.contexts()
const site = contexts[0]?.id ?? ''
await client.sites.connect({ site })
const { address } = await client.objects.forward({
  site,
  kind: 'Service',
  namespace,
  name,
  port: 80,
})
process.stdout.write(`${address}\n`)
setInterval(() => undefined, 60_000)
