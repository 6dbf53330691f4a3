import type { Command } from 'commander'
import { z } from 'zod'
import { Draft } from '../../../../preload/contract/projects'
import type { Size } from '../../../../preload/contract/records/environment'
import type { LocalClient } from '../../local/socket'
import { say, sayTable } from '../output'
import { runPlan } from '../plan'
import { EXIT, Stop, withCore, type OpenSession } from '../session'
import { changing, group, instant, number, ref, several } from '../words'

async function sizeCalled(client: LocalClient, name: string, project?: string): Promise<Size> {
  const { offers } = await client.environments.offers({ ...(project && { project }) })
  const found = offers.find(({ size }) => size.name === name)
  if (!found)
    throw new Stop(
      EXIT.usage,
      `There is no size "${name}".`,
      `Sizes: ${offers.map(({ size }) => size.name).join(', ')}.`,
    )
  return found.size
}
const CreateOptions = z.object({
  size: z.string(),
  tool: z.string(),
  data: z.array(z.string()).default([]),
  hours: z.number().optional(),
  pauseAfter: z.number().optional(),
  workspaceGi: z.number().optional(),
  availability: z.enum(['single', 'high']).optional(),
  replicas: z.number().optional(),
})

export function environmentCommands(program: Command, open: OpenSession) {
  const env = group(program, 'env', 'places to work: machine, tools and data')
  env
    .command('list')
    .description('all environments')
    .option('-n, --namespace <name>')
    .action(
      withCore(open, async (client, { json, options }) => {
        const namespace = z.string().optional().parse(options['namespace'])
        const found = await client.records.list({
          kind: 'Environment',
          ...(namespace && { namespace }),
        })
        sayTable(
          json,
          found.filter((r) => r.kind === 'Environment'),
          {
            environment: (r) => `${r.meta.namespace}/${r.meta.name}`,
            size: (r) => r.spec.size.name,
            tool: (r) => r.spec.tool.name,
            state: (r) => r.spec.state,
            phase: (r) => r.status.phase,
            owner: (r) => r.spec.owner,
            expires: (r) => r.spec.expiresAt,
          },
        )
      }),
    )
  env
    .command('sizes')
    .description('machines that can be had, with price and wait')
    .option('--project <name>')
    .action(
      withCore(open, async (client, { json, options }) => {
        const project = z.string().optional().parse(options['project'])
        const { offers } = await client.environments.offers({ ...(project && { project }) })
        sayTable(json, offers, {
          size: (o) => o.size.name,
          site: (o) => o.site,
          usd_per_hour: (o) => o.usdPerHour?.toFixed(2),
          free: (o) => o.freeSays,
          starts: (o) => o.starts.says,
          refused: (o) => o.refused,
        })
      }),
    )
  changing(env.command('create <project>'))
    .description('push the button: provision an environment of a project')
    .requiredOption('--size <name>', 'one of takt env sizes')
    .requiredOption('--tool <name>', 'one of takt tool list')
    .option('--data <source>', 'a data source to mount (repeatable)', several)
    .option('--hours <n>', 'time to live', number)
    .option('--pause-after <minutes>', 'pause when idle', number)
    .option('--workspace-gi <n>', 'size of the workspace volume', number)
    .option('--availability <single|high>')
    .option('--replicas <n>', 'pods, where the tool can serve from several', number)
    .action(
      withCore(open, async (client, context) => {
        const project = context.args[0] ?? ''
        const given = CreateOptions.parse(context.options)
        const draft = Draft.parse({
          id: `cli-${project}`,
          step: 'button',
          name: project,
          project: {},
          existingProject: project,
          size: await sizeCalled(client, given.size, project),
          tool: given.tool,
          data: given.data.map((source) => ({ source })),
          ...(given.hours !== undefined && { hoursToLive: given.hours }),
          ...(given.pauseAfter !== undefined && { pauseAfterMinutes: given.pauseAfter }),
          ...(given.workspaceGi !== undefined && { workspaceGi: given.workspaceGi }),
          ...(given.availability && { availability: given.availability }),
          ...(given.replicas !== undefined && { replicas: given.replicas }),
        })
        await runPlan(client, await client.environments.planProvision({ draft }), context)
      }),
    )
  env
    .command('watch <environment>')
    .description('follow an environment as it starts')
    .action(
      withCore(open, async (client, { args: [name], json, signal }) => {
        for await (const state of await client.environments.watch(ref(name), { signal })) {
          say(json ? state : `${state.phase}: ${state.says}`)
          if (state.canOpen || state.phase === 'Failed') break
        }
      }),
    )
  env
    .command('open <environment>')
    .description('keep a forward to an environment open and print its address, until interrupted')
    .action(
      withCore(open, async (client, { args: [name], json, signal }) => {
        const { url } = await client.environments.open(ref(name))
        say(json ? { url } : url)
        await new Promise((stopped) => signal.addEventListener('abort', stopped, { once: true }))
        await client.environments.close(ref(name))
      }),
    )
  changeCommands(env, open)
}

function changeCommands(env: Command, open: OpenSession) {
  const change = (name: string, says: string) =>
    changing(env.command(`${name} <environment>`)).description(says)
  for (const to of ['stop', 'resume'] as const) {
    change(to, to === 'stop' ? 'stop the pods and keep the volumes' : 'start it again').action(
      withCore(open, async (client, context) =>
        runPlan(
          client,
          await client.environments.planChange({ ...ref(context.args[0]), change: { to } }),
          context,
        ),
      ),
    )
  }
  change('resize', 'another machine for the same work')
    .requiredOption('--size <name>')
    .action(
      withCore(open, async (client, context) =>
        runPlan(
          client,
          await client.environments.planChange({
            ...ref(context.args[0]),
            change: {
              to: 'resize',
              size: await sizeCalled(client, String(context.options['size'])),
            },
          }),
          context,
        ),
      ),
    )
  change('extend', 'let it live longer')
    .requiredOption('--until <day>', 'new end', instant)
    .action(
      withCore(open, async (client, context) =>
        runPlan(
          client,
          await client.environments.planChange({
            ...ref(context.args[0]),
            change: { to: 'extend', expiresAt: String(context.options['until']) },
          }),
          context,
        ),
      ),
    )
  change('delete', 'delete it; says first what is lost')
    .option('--keep-workspace', 'keep the workspace volume')
    .action(
      withCore(open, async (client, context) =>
        runPlan(
          client,
          await client.environments.planChange({
            ...ref(context.args[0]),
            change: { to: 'delete', keepWorkspace: context.options['keepWorkspace'] === true },
          }),
          context,
        ),
      ),
    )
}
