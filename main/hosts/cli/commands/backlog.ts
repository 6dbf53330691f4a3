import type { Command } from 'commander'
import { z } from 'zod'
import { Gate } from '../../../../preload/contract/records/work'
import { say, sayTable } from '../output'
import { runPlan } from '../plan'
import { withCore, type OpenSession } from '../session'
import { changing, group, ref } from '../words'

const text = z.string().optional()

export function backlogCommands(program: Command, open: OpenSession) {
  const backlog = group(program, 'backlog', 'the hand-over between the two lines')
  backlog
    .command('list')
    .description('work items by station')
    .option('--station <station>', 'only those at one station')
    .action(
      withCore(open, async (client, { json, options }) => {
        const station = text.parse(options['station'])
        const found = (await client.records.list({ kind: 'WorkItem' }))
          .filter((r) => r.kind === 'WorkItem')
          .filter((r) => station === undefined || r.status.station === station)
        sayTable(json, found, {
          item: (r) => `${r.meta.namespace}/${r.meta.name}`,
          title: (r) => r.spec.title,
          station: (r) => r.status.station,
          owner: (r) => r.spec.owner,
          revision: (r) => r.spec.revision,
        })
      }),
    )
  backlog
    .command('gates <item>')
    .description('what a work item still needs')
    .action(
      withCore(open, async (client, { args: [name], json }) => {
        const { gates, ready } = await client.backlog.gates(ref(name))
        if (json) return say({ gates, ready })
        sayTable(false, gates, {
          gate: (g) => g.gate,
          state: (g) => g.state,
          says: (g) => g.says,
          remedy: (g) => g.remedy,
        })
      }),
    )
  backlog
    .command('waive <item>')
    .description('waive a gate, with a reason that stays on record')
    .requiredOption('--gate <gate>', Gate.options.join(', '))
    .requiredOption('--reason <text>')
    .action(
      withCore(open, async (client, { args: [name], options, json }) => {
        await client.backlog.waive({
          ...ref(name),
          gate: Gate.parse(options['gate']),
          reason: String(options['reason']),
        })
        say(json ? { waived: options['gate'] } : `Waived: ${String(options['gate'])}.`)
      }),
    )
  backlog
    .command('describe <item>')
    .description('set owner and description')
    .option('--owner <user>')
    .option('--description <text>')
    .action(
      withCore(open, async (client, { args: [name], options, json }) => {
        const { meta } = await client.records.get({ kind: 'WorkItem', ...ref(name) })
        const owner = text.parse(options['owner'])
        const description = text.parse(options['description'])
        const saved = await client.backlog.describe({
          ...ref(name),
          resourceVersion: meta.resourceVersion,
          ...(owner && { owner }),
          ...(description && { description }),
        })
        say(json ? saved : 'Saved.')
      }),
    )
  backlog
    .command('drift <revision>')
    .description('record the outcome of a drift check')
    .requiredOption('--result <none|watch|act>')
    .action(
      withCore(open, async (client, { args: [name], options, json }) => {
        const result = z.enum(['none', 'watch', 'act']).parse(options['result'])
        await client.backlog.recordDrift({ ...ref(name), result })
        say(json ? { result } : `Recorded: ${result}.`)
      }),
    )
  changing(backlog.command('hand-over <item>'))
    .description('hand a work item to the MLOps line')
    .action(
      withCore(open, async (client, context) =>
        runPlan(client, await client.backlog.planHandOver(ref(context.args[0])), context),
      ),
    )
}
