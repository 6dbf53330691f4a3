import { Option, type Command } from 'commander'
import { z } from 'zod'
import { Role } from '../../../../preload/contract/common'
import { PodSecurityLevel } from '../../../../preload/contract/pod-security'
import type { Member, ProjectSpec } from '../../../../preload/contract/records/project'
import type { LocalClient } from '../../local/socket'
import { namedDocument } from '../named-file'
import { say, sayTable } from '../output'
import { runPlan } from '../plan'
import { EXIT, Stop, withCore, type OpenSession } from '../session'
import { changing, group, instant, number, several } from '../words'

/** Reads ROLE:NAME, or ROLE:group:NAME for a group of the directory. */
function member(text: string): Member {
  const [role, ...rest] = text.split(':')
  const parsed = Role.safeParse(role)
  const isGroup = rest[0] === 'group'
  const name = rest.slice(isGroup ? 1 : 0).join(':')
  if (!parsed.success || name === '')
    throw new Stop(
      EXIT.usage,
      `"${text}" is not ROLE:NAME.`,
      'Roles are lead, engineer and analyst; a group is written ROLE:group:NAME.',
    )
  return { kind: isGroup ? 'Group' : 'User', name, role: parsed.data }
}
const CreateOptions = z.object({
  title: z.string().optional(),
  question: z.string(),
  owner: z.string(),
  team: z.string(),
  costCentre: z.string(),
  start: z.string().optional(),
  due: z.string(),
  budgetUsd: z.number(),
  site: z.array(z.string()).default([]),
  member: z.array(z.string()).default([]),
  repository: z.string().optional(),
  workItem: z.string().optional(),
})

function specFrom(name: string, given: z.infer<typeof CreateOptions>, start: string): ProjectSpec {
  return {
    title: given.title ?? name,
    question: given.question,
    owner: given.owner,
    team: given.team,
    members: given.member.map(member),
    costCentre: given.costCentre,
    timeBox: { start, due: given.due },
    budgetUsd: given.budgetUsd,
    sites: given.site,
    ...(given.repository !== undefined && { repository: given.repository }),
  }
}

/** Members as they are written, then whoever is bound outside Takt. */
async function listMembers(client: LocalClient, name: string, json: boolean): Promise<void> {
  const [record, { bound, more }] = await Promise.all([
    client.records.get({ kind: 'Project', name }),
    client.people.outside({ project: name }),
  ])
  const members = record.kind === 'Project' ? record.spec.members : []
  const rows = [
    ...members.map((one) => ({ ...one, by: 'member' })),
    ...bound.map(({ binding, ...one }) => ({ ...one, by: `outside Takt, ${binding}` })),
  ]
  sayTable(json, rows, {
    name: (row) => row.name,
    kind: (row) => row.kind,
    role: (row) => row.role,
    bound: (row) => row.by,
  })
  if (!json && more > 0) say(`${String(more)} more are bound outside Takt.`)
}

export function projectCommands(program: Command, open: OpenSession) {
  const project = group(
    program,
    'project',
    'business questions with their people, money and time box',
  )
  project
    .command('list')
    .description('all projects')
    .action(
      withCore(open, async (client, { json }) => {
        const found = await client.records.list({ kind: 'Project' })
        sayTable(json, found, {
          project: (r) => r.meta.name,
          team: (r) => (r.kind === 'Project' ? r.spec.team : ''),
          owner: (r) => (r.kind === 'Project' ? r.spec.owner : ''),
          cost_centre: (r) => (r.kind === 'Project' ? r.spec.costCentre : ''),
          due: (r) => (r.kind === 'Project' ? r.spec.timeBox.due : ''),
          phase: (r) => (r.kind === 'Project' ? r.status.phase : ''),
        })
      }),
    )
  project
    .command('show <name>')
    .description('one project')
    .action(
      withCore(open, async (client, { args: [name = ''] }) =>
        say(await client.records.get({ kind: 'Project', name })),
      ),
    )
  project
    .command('members <name>')
    .description('who works on a project, and who has rights in its namespace beside its members')
    .action(
      withCore(open, async (client, { args: [name = ''], json }) =>
        listMembers(client, name, json),
      ),
    )
  changing(project.command('create <name>'))
    .description(
      'define a project: namespace, quota, roles, network policy, first work item; or ask for it where that is all you may',
    )
    .requiredOption('--question <text>', 'the question the business asks')
    .requiredOption('--owner <user>', 'who answers for it')
    .requiredOption('--team <team>', 'whose it is')
    .requiredOption('--cost-centre <name>', 'name of a Budget')
    .requiredOption('--due <day>', 'end of the time box', instant)
    .option('--start <day>', 'its start, now unless given', instant)
    .requiredOption('--budget-usd <amount>', 'what may be spent', number)
    .option('--site <site>', 'a site it may use (repeatable)', several)
    .option('--member <role:name>', 'a member (repeatable)', several)
    .option('--title <text>', 'its title')
    .option('--repository <address>', 'git address of its code')
    .option('--work-item <title>', 'title of its first work item')
    .option('--adopt', 'use an empty namespace of that name which somebody else made')
    .action(
      withCore(open, async (client, context) => {
        const name = context.args[0] ?? ''
        const given = CreateOptions.parse(context.options)
        // The core's start is close enough to now for a time box that is counted in days.
        const start = given.start ?? (await client.system.hello()).startedAt
        const spec = specFrom(name, given, start)
        await runPlan(
          client,
          await client.projects.planCreate({
            name,
            spec,
            workItem: { title: given.workItem ?? spec.title },
            adopt: context.options['adopt'] === true,
          }),
          context,
        )
      }),
    )
  changing(project.command('fulfil <name>'))
    .description(
      'make what a requested project still lacks: namespace, quota, roles, network policy, first work item',
    )
    .option('--adopt', 'use an empty namespace of that name which somebody else made')
    .action(
      withCore(open, async (client, context) =>
        runPlan(
          client,
          await client.projects.planFulfil({
            name: context.args[0] ?? '',
            adopt: context.options['adopt'] === true,
          }),
          context,
        ),
      ),
    )
  project
    .command('edit <name>')
    .description('change fields; what others changed meanwhile is merged, or shown as a conflict')
    .option('--due <day>', 'new end of the time box', instant)
    .option('--question <text>')
    .option('--owner <user>')
    .option('--budget-usd <amount>', 'new budget', number)
    .option('--from <file>', 'JSON of a project read earlier, to base the change on')
    .option('--keep <mine|theirs>', 'how to settle fields that both changed')
    .action(
      withCore(open, async (client, { args: [name = ''], options, json }) => {
        const base =
          typeof options['from'] === 'string'
            ? ((await namedDocument(String(options['from']))) as Awaited<
                ReturnType<typeof client.records.get>
              >)
            : await client.records.get({ kind: 'Project', name })
        if (base.kind !== 'Project')
          throw new Stop(EXIT.usage, `${String(options['from'])} is not a project.`)
        const { due, question, owner, budgetUsd } = z
          .object({
            due: z.string().optional(),
            question: z.string().optional(),
            owner: z.string().optional(),
            budgetUsd: z.number().optional(),
          })
          .parse(options)
        const spec: ProjectSpec = {
          ...base.spec,
          ...(question && { question }),
          ...(owner && { owner }),
          ...(budgetUsd !== undefined && { budgetUsd }),
          timeBox: { ...base.spec.timeBox, ...(due && { due }) },
        }
        const keep = z.enum(['mine', 'theirs']).optional().parse(options['keep'])
        const fields = ['question', 'owner', 'budgetUsd', 'timeBox.due']
        const done = await client.projects.edit({
          name,
          basedOn: { resourceVersion: base.meta.resourceVersion, spec: base.spec },
          spec,
          ...(keep && { keep: Object.fromEntries(fields.map((field) => [field, keep])) }),
        })
        say(
          json
            ? done
            : `Saved${done.merged.length > 0 ? `, merged with changes of ${done.merged.join(', ')}` : ''}.`,
        )
      }),
    )
  changing(project.command('pod-security <name> [level]'))
    .description(
      'what may run in its namespace: privileged (an exception, with --reason), baseline or restricted; shows it where no level is named',
    )
    .option('--reason <text>', 'why it has to run more than baseline lets in')
    .action(
      withCore(open, async (client, context) => {
        const [name = '', typed] = context.args
        if (typed === undefined) return say(await client.projects.podSecurity({ name }))
        const level = PodSecurityLevel.safeParse(typed)
        if (!level.success)
          throw new Stop(
            EXIT.usage,
            `"${typed}" is no level.`,
            'Levels are privileged, baseline and restricted.',
          )
        const { reason } = z.object({ reason: z.string().optional() }).parse(context.options)
        const wish = { name, level: level.data, ...(reason !== undefined && { reason }) }
        await runPlan(client, await client.projects.planPodSecurity(wish), context)
      }),
    )
  changing(project.command('delete <name>'))
    .description('delete a project with what Takt made for it, or the record of a request')
    .addOption(
      new Option(
        '--others <what>',
        "what becomes of objects in its namespace that are not Takt's",
      ).choices(['keep-namespace', 'delete']),
    )
    .action(
      withCore(open, async (client, context) => {
        const others = z
          .enum(['keep-namespace', 'delete'])
          .optional()
          .parse(context.options['others'])
        await runPlan(
          client,
          await client.projects.planDelete({
            name: context.args[0] ?? '',
            ...(others && { others }),
          }),
          context,
        )
      }),
    )
}
