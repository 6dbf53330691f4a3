import type { Command } from 'commander'
import { DataSourceSpec, ToolSpec } from '../../../../preload/contract/records/catalog'
import { namedDocument } from '../named-file'
import { pairs, say, sayTable } from '../output'
import { runPlan } from '../plan'
import { EXIT, Stop, withCore, type OpenSession } from '../session'
import { changing, group, number, ref, several } from '../words'

function parsed<T>(
  schema: {
    safeParse(
      value: unknown,
    ):
      | { success: true; data: T }
      | { success: false; error: { issues: { path: PropertyKey[]; message: string }[] } }
  },
  value: unknown,
): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  throw new Stop(
    EXIT.usage,
    result.error.issues
      .map(({ path, message }) => `${path.map(String).join('.')}: ${message}`)
      .join('; '),
    'Correct the file. Nothing was changed.',
  )
}

export function catalogCommands(program: Command, open: OpenSession) {
  toolCommands(group(program, 'tool', 'images people may work in'), open)
  dataCommands(group(program, 'data', 'data people may point at'), open)
  snapshotCommands(group(program, 'snapshot', 'read-only pointers at data as it was'), open)
  revisionCommands(
    group(program, 'revision', 'work bound together so that it can be done again'),
    open,
  )
}

function toolCommands(tool: Command, open: OpenSession) {
  tool
    .command('list')
    .description('all tools')
    .action(
      withCore(open, async (client, { json }) => {
        const found = await client.records.list({ kind: 'Tool' })
        sayTable(
          json,
          found.filter((r) => r.kind === 'Tool'),
          {
            tool: (r) => r.meta.name,
            title: (r) => r.spec.title,
            version: (r) => r.spec.version,
            stage: (r) => r.spec.stage,
            image: (r) => r.spec.image,
          },
        )
      }),
    )
  tool
    .command('show <name>')
    .description('one tool with its test start')
    .action(
      withCore(open, async (client, { args: [name = ''] }) =>
        say(await client.records.get({ kind: 'Tool', name })),
      ),
    )
  changing(tool.command('bring <name>'))
    .description('add a tool of your own and test its start')
    .requiredOption('--file <spec>', 'its spec as JSON or YAML')
    .action(
      withCore(open, async (client, context) =>
        runPlan(
          client,
          await client.catalog.planBringTool({
            name: context.args[0] ?? '',
            spec: parsed(ToolSpec, await namedDocument(String(context.options['file']))),
          }),
          context,
        ),
      ),
    )
  changing(tool.command('test <name>'))
    .description('test the start of a tool')
    .action(
      withCore(open, async (client, context) =>
        runPlan(
          client,
          await client.catalog.planTestTool({ name: context.args[0] ?? '' }),
          context,
        ),
      ),
    )
  for (const [verb, stage] of [
    ['evaluate', 'evaluating'],
    ['approve', 'approved'],
    ['retire', 'retired'],
  ] as const) {
    tool
      .command(`${verb} <name>`)
      .description(`mark a tool ${stage}`)
      .option('--note <text>', 'why')
      .action(
        withCore(open, async (client, { args: [name = ''], options, json }) => {
          const { meta } = await client.records.get({ kind: 'Tool', name })
          await client.catalog.setToolStage({
            name,
            stage,
            note: String(options['note'] ?? ''),
            resourceVersion: meta.resourceVersion,
          })
          say(json ? { name, stage } : `${name} is ${stage}.`)
        }),
      )
  }
}

function dataCommands(data: Command, open: OpenSession) {
  data
    .command('list')
    .description('all data sources')
    .option('--search <words>', 'in name, description, owner, columns and tags')
    .action(
      withCore(open, async (client, { json, options }) => {
        const words = String(options['search'] ?? '')
          .toLowerCase()
          .split(/\s+/)
          .filter(Boolean)
        const found = (await client.records.list({ kind: 'DataSource' })).filter(
          (r) => r.kind === 'DataSource',
        )
        const matching = found.filter(({ meta, spec }) =>
          words.every((word) =>
            JSON.stringify([
              meta.name,
              spec.title,
              spec.description,
              spec.owner,
              spec.team,
              spec.tags,
              spec.columns?.map(({ name }) => name),
            ])
              .toLowerCase()
              .includes(word),
          ),
        )
        sayTable(json, matching, {
          source: (r) => r.meta.name,
          kind: (r) => r.spec.kind,
          owner: (r) => r.spec.owner,
          class: (r) => r.spec.classification,
          changed: (r) => r.status.changedAt,
          bytes: (r) => r.status.bytes,
          may_go_to: (r) => r.spec.mayGoTo.join(','),
        })
      }),
    )
  data
    .command('show <name>')
    .description('one data source with lineage and first rows')
    .action(
      withCore(open, async (client, { args: [name = ''] }) =>
        say({
          record: await client.records.get({ kind: 'DataSource', name }),
          ...(await client.catalog.source({ name })),
        }),
      ),
    )
  changing(data.command('add <name>'))
    .description('add a data source')
    .requiredOption('--file <spec>', 'its spec as JSON or YAML')
    .action(
      withCore(open, async (client, context) =>
        runPlan(
          client,
          await client.catalog.planAddSource({
            name: context.args[0] ?? '',
            spec: parsed(DataSourceSpec, await namedDocument(String(context.options['file']))),
          }),
          context,
        ),
      ),
    )
}

function snapshotCommands(snapshot: Command, open: OpenSession) {
  snapshot
    .command('list')
    .description('all snapshots')
    .action(
      withCore(open, async (client, { json }) => {
        const found = await client.records.list({ kind: 'DataSnapshot' })
        sayTable(
          json,
          found.filter((r) => r.kind === 'DataSnapshot'),
          {
            snapshot: (r) => `${r.meta.namespace}/${r.meta.name}`,
            source: (r) => r.spec.source,
            method: (r) => r.spec.method,
            pointer: (r) => r.status.pointer ?? r.spec.pointer,
            ready: (r) => String(r.status.ready ?? false),
          },
        )
      }),
    )
  changing(snapshot.command('take <source>'))
    .description('point at a source as it is now; copies no bytes')
    .requiredOption('--project <namespace>', 'whose it will be')
    .option('--name <name>')
    .action(
      withCore(open, async (client, context) =>
        runPlan(
          client,
          await client.snapshots.planTake({
            source: context.args[0] ?? '',
            namespace: String(context.options['project']),
            ...(typeof context.options['name'] === 'string' && { name: context.options['name'] }),
          }),
          context,
        ),
      ),
    )
  changing(snapshot.command('release <snapshot>'))
    .description('let go of a snapshot')
    .action(
      withCore(open, async (client, context) =>
        runPlan(client, await client.snapshots.planRelease(ref(context.args[0])), context),
      ),
    )
}

function revisionCommands(revision: Command, open: OpenSession) {
  revision
    .command('list')
    .description('all revisions')
    .action(
      withCore(open, async (client, { json }) => {
        const found = await client.records.list({ kind: 'Revision' })
        sayTable(
          json,
          found.filter((r) => r.kind === 'Revision'),
          {
            revision: (r) => `${r.meta.namespace}/${r.meta.name}`,
            work_item: (r) => r.spec.workItem,
            number: (r) => r.spec.number,
            reproducible: (r) => r.status.reproducibility?.score.toFixed(2),
            drift: (r) => r.status.drift?.result,
          },
        )
      }),
    )
  revision
    .command('preview <environment>')
    .description('what a revision would bind now, and what would be missing')
    .action(
      withCore(open, async (client, { args: [name] }) =>
        say(await client.revisions.preview(ref(name))),
      ),
    )
  changing(revision.command('save <environment>'))
    .description('bind code, data, parameters, images, packages and metrics')
    .requiredOption('--work-item <name>')
    .option('--note <text>', 'what was done', '')
    .option('--parameter <name=value>', '(repeatable)', several)
    .option('--metric <name=number>', '(repeatable)', several)
    .action(
      withCore(open, async (client, context) => {
        const metrics = Object.entries(
          pairs((context.options['metric'] as string[] | undefined) ?? []),
        ).map(([name, value]) => [name, number(value)])
        await runPlan(
          client,
          await client.revisions.planSave({
            ...ref(context.args[0]),
            workItem: String(context.options['workItem']),
            note: String(context.options['note']),
            parameters: pairs((context.options['parameter'] as string[] | undefined) ?? []),
            metrics: Object.fromEntries(metrics) as Record<string, number>,
          }),
          context,
        )
      }),
    )
  changing(revision.command('reproduce <revision>'))
    .description('provision the same again')
    .requiredOption('--as <name>', 'name of the new environment')
    .action(
      withCore(open, async (client, context) =>
        runPlan(
          client,
          await client.revisions.planReproduce({
            ...ref(context.args[0]),
            as: String(context.options['as']),
          }),
          context,
        ),
      ),
    )
}
