import type { Command } from 'commander'
import { z } from 'zod'
import {
  OrphanKind,
  PoolTemplate,
  type CapacityType,
  type CloudPool,
  type CloudPrice,
} from '../../../../preload/contract/cloud'
import type { LocalClient } from '../../local/socket'
import { sayTable } from '../output'
import { runPlan } from '../plan'
import { EXIT, Stop, withCore, type CommandContext, type OpenSession } from '../session'
import { changing, group, number, ref, several } from '../words'

const names = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
const usd = (amount: number | undefined) =>
  amount === undefined ? undefined : `$${amount.toFixed(2)}`
const day = (price: CloudPrice | undefined) =>
  price && `${price.asOf.slice(0, 10)}${price.stale ? ', old' : ''}`

/** The cloud site that is meant: the one named, or the only one there is. */
async function siteOf(client: LocalClient, { options }: CommandContext): Promise<string> {
  for await (const sites of await client.sites.watch()) {
    const clouds = sites.filter(({ place }) => place === 'cloud').map(({ id }) => id)
    const named = options['site']
    const [site, ...others] =
      typeof named === 'string' ? clouds.filter((id) => id === named) : clouds
    if (site !== undefined && others.length === 0) return site
    throw new Stop(
      EXIT.usage,
      typeof named === 'string'
        ? `There is no cloud site called ${named}.`
        : 'Which cloud site is meant?',
      clouds.length > 0
        ? `Name it with --site: ${clouds.join(', ')}.`
        : 'None is connected: takt site connect NAME.',
    )
  }
  throw new Stop(EXIT.unreachable, 'No site is known.')
}
/** Reads SITE/GROUP, or a group of the only cloud site. */
async function groupOf(
  client: LocalClient,
  context: CommandContext,
): Promise<{ site: string; nodeGroup: string }> {
  const [first = '', second] = (context.args[0] ?? '').split('/')
  return second === undefined
    ? { site: await siteOf(client, context), nodeGroup: first }
    : { site: first, nodeGroup: second }
}
const onSite = (command: Command) =>
  command.option('--site <site>', 'a cloud site (default: the one there is)')

/** Registers what rents machines, what they cost, and what is left over. */
export function cloudCommands(program: Command, open: OpenSession): void {
  const cloud = group(
    program,
    'cloud',
    'machines that are rented, what they cost, and what is left over',
  )
  reading(cloud, open)
  groups(cloud, open)
  changing(cloud.command('ship <snapshot>'))
    .description(
      'send what a snapshot points at to another site; only what is missing there travels',
    )
    .requiredOption('--to <site>', 'where it goes')
    .option('--cap <megabytes>', 'megabytes a second at most', number)
    .action(
      withCore(open, async (client, context) => {
        const { to, cap } = z
          .object({ to: z.string(), cap: z.number().optional() })
          .parse(context.options)
        await runPlan(
          client,
          await client.cloud.planShip({
            snapshot: ref(context.args[0]),
            toSite: to,
            ...(cap !== undefined && { capMegabytesPerSecond: cap }),
          }),
          context,
        )
      }),
    )
}

function reading(cloud: Command, open: OpenSession): void {
  onSite(cloud.command('pools'))
    .description('machines that can be asked for, with price, quota and capacity')
    .action(
      withCore(open, async (client, { json, options }) => {
        const found = await client.cloud.pools({
          ...(typeof options['site'] === 'string' && { site: options['site'] }),
        })
        sayTable(json, found.pools, {
          pool: (p) => p.id,
          type: (p) => p.instanceType,
          gpus: (p) => (p.gpu.count > 0 ? `${String(p.gpu.count)} ${p.gpu.model}` : ''),
          kind: (p) => p.capacityType,
          an_hour: (p) => usd(p.price?.usd),
          price_of: (p) => day(p.price),
          left: (p) => p.nodesLeft,
          capacity: (p) => p.capacitySays ?? p.capacity,
        })
      }),
    )
  cloud
    .command('groups')
    .description('node groups and what they cost now')
    .action(
      withCore(open, async (client, { json }) => {
        for await (const { groups: all } of await client.cloud.nodeGroups()) {
          sayTable(json, all, {
            group: (g) => g.id,
            types: (g) => g.instanceTypes.join(','),
            kind: (g) => g.capacityType,
            status: (g) => g.status,
            up: (g) => g.ready,
            asked: (g) => g.desired,
            idle: (g) => g.idle,
            at_most: (g) => g.max,
            ours: (g) => g.ownership,
            now_an_hour: (g) => usd(g.usdPerHourNow),
          })
          break
        }
      }),
    )
  cloud
    .command('prices')
    .description('every known price with its source and age')
    .option('--refresh', 'ask AWS first')
    .action(
      withCore(open, async (client, { json, options }) => {
        const { prices } = await client.cloud.prices({ refresh: options['refresh'] === true })
        sayTable(json, prices, {
          type: (p) => p.instanceType,
          region: (p) => p.zone ?? p.region,
          kind: (p) => p.capacityType,
          an_hour: (p) => usd(p.usd),
          of: day,
          source: (p) => p.source,
        })
      }),
    )
  cloud
    .command('orphans')
    .description('what is billed and nothing accounts for')
    .action(
      withCore(open, async (client, { json }) => {
        const found = await client.cloud.orphans()
        sayTable(json, found.orphans, {
          site: (o) => o.site,
          kind: (o) => o.kind,
          id: (o) => o.id,
          name: (o) => o.name,
          an_hour: (o) => usd(o.usdPerHour),
          ours: (o) => o.whose ?? 'yes',
          why: (o) => o.says,
        })
      }),
    )
}

const Template = z.object({
  type: z.array(z.string()).default([]),
  zones: z.array(z.string()).default([]),
  spot: z.boolean().default(false),
  karpenter: z.boolean().default(false),
  max: z.number(),
  disk: z.number().optional(),
})
function groups(cloud: Command, open: OpenSession): void {
  onSite(changing(cloud.command('create <name>')))
    .description('make a node group with no machines in it')
    .option('--type <type>', 'instance type, the first is preferred (repeatable)', several)
    .option('--zones <zones>', 'only in these zones, separated by commas', names)
    .option('--spot', 'from the spot market')
    .option('--karpenter', 'as a NodePool of Karpenter')
    .option('--max <nodes>', 'machines at most', number, 4)
    .option('--disk <gibibytes>', 'disk of each machine', number)
    .action(
      withCore(open, async (client, context) => {
        const { type, zones, spot, karpenter, max, disk } = Template.parse(context.options)
        const template = PoolTemplate.parse({
          name: context.args[0],
          instanceTypes: type,
          zones,
          maxNodes: max,
          capacityType: (spot ? 'spot' : 'on-demand') satisfies CapacityType,
          provisioner: (karpenter ? 'karpenter' : 'node-group') satisfies CloudPool['provisioner'],
          ...(disk !== undefined && { diskGi: disk }),
        })
        await runPlan(
          client,
          await client.cloud.planCreatePool({ site: await siteOf(client, context), template }),
          context,
        )
      }),
    )
  onSite(changing(cloud.command('scale <group> <nodes>')))
    .description('ask for more machines, or fewer')
    .action(
      withCore(open, async (client, context) =>
        runPlan(
          client,
          await client.cloud.planScale({
            ...(await groupOf(client, context)),
            desired: number(context.args[1] ?? ''),
          }),
          context,
        ),
      ),
    )
  onSite(changing(cloud.command('drain <group>')))
    .description('move off what runs there and give the machines back')
    .option('--node <node>', 'only this machine')
    .option('--then <what>', 'keep, scale-to-zero or delete', 'scale-to-zero')
    .action(
      withCore(open, async (client, context) => {
        const { node, then } = z
          .object({
            node: z.string().optional(),
            then: z.enum(['keep', 'scale-to-zero', 'delete']),
          })
          .parse(context.options)
        await runPlan(
          client,
          await client.cloud.planDrain({
            ...(await groupOf(client, context)),
            then,
            ...(node !== undefined && { node }),
          }),
          context,
        )
      }),
    )
  onSite(changing(cloud.command('adopt <group>')))
    .description('let Takt change the size of a group that somebody else made')
    .action(
      withCore(open, async (client, context) =>
        runPlan(client, await client.cloud.planAdopt(await groupOf(client, context)), context),
      ),
    )
  onSite(changing(cloud.command('delete <group>')))
    .description('drain and delete a group that Takt made')
    .action(
      withCore(open, async (client, context) =>
        runPlan(client, await client.cloud.planDeletePool(await groupOf(client, context)), context),
      ),
    )
  onSite(changing(cloud.command('remove <kind> <id>')))
    .description(`delete one left-over thing (${OrphanKind.options.join(', ')})`)
    .action(
      withCore(open, async (client, context) =>
        runPlan(
          client,
          await client.cloud.planRemoveOrphan({
            site: await siteOf(client, context),
            kind: OrphanKind.parse(context.args[0]),
            id: context.args[1] ?? '',
          }),
          context,
        ),
      ),
    )
}
