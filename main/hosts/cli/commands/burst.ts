import { basename } from 'node:path'
import type { Command } from 'commander'
import { z } from 'zod'
import {
  MovableKind,
  type BurstQuote,
  type TwoLines,
  type WorkloadRef,
} from '../../../../preload/contract/burst'
import type { LocalClient } from '../../local/socket'
import { namedText } from '../named-file'
import { say, sayTable } from '../output'
import { describe, runPlan } from '../plan'
import { EXIT, Stop, withCore, type CommandContext, type OpenSession } from '../session'
import { changing, group, number, several } from '../words'

const Options = z.object({
  site: z.string().optional(),
  kind: MovableKind.default('Job'),
  to: z.string().optional(),
  pool: z.string().optional(),
  note: z.string().optional(),
  limit: z.number().optional(),
  file: z.string().optional(),
})
const optionsOf = ({ options }: CommandContext) => Options.parse(options)

/** Names a workload: its name alone where the queue has one of that name, or NAMESPACE/NAME with KIND before it; the home site is meant unless another is named. */
async function refOf(client: LocalClient, context: CommandContext): Promise<WorkloadRef> {
  const [text = ''] = context.args
  const given = optionsOf(context)
  const [, word, namespace, name] = /^(?:([^/]+)\/)?([^/]+)\/([^/]+)$/.exec(text) ?? []
  if (text !== '' && !text.includes('/')) return queued(client, text, given.site)
  const kind =
    word === undefined
      ? given.kind
      : MovableKind.options.find((one) => one.toLowerCase() === word.toLowerCase())
  if (!kind || !namespace || !name)
    throw new Stop(
      EXIT.usage,
      `"${text}" is not NAMESPACE/NAME.`,
      `With its kind: ${MovableKind.options.join(', ').toLowerCase()}, as in job/NAMESPACE/NAME.`,
    )
  return { site: given.site ?? (await homeOf(client)), kind, namespace, name }
}
async function queued(
  client: LocalClient,
  name: string,
  site: string | undefined,
): Promise<WorkloadRef> {
  for await (const { workloads } of await client.burst.watch(site === undefined ? {} : { site })) {
    const refs = workloads.map(({ ref }) => ref).filter((ref) => ref.name === name)
    const [only, ...others] = refs
    if (only && others.length === 0) return only
    throw new Stop(
      EXIT.usage,
      only
        ? `There are ${String(refs.length)} called ${name}.`
        : `Nothing called ${name} is in the queue.`,
      only
        ? `Name one: ${refs.map((ref) => `${ref.kind.toLowerCase()}/${ref.namespace}/${ref.name}`).join(', ')}.`
        : 'See what is: takt burst queue.',
    )
  }
  throw new Stop(EXIT.unreachable, 'The queue cannot be read.')
}
async function homeOf(client: LocalClient): Promise<string> {
  for await (const sites of await client.sites.watch()) {
    const home = sites.find((site) => site.home)
    if (home) return home.id
    break
  }
  throw new Stop(
    EXIT.unreachable,
    'No site is home.',
    'Connect one: takt site connect NAME --home.',
  )
}
/** "aws" and "cloud" mean whatever cloud site there is. */
async function toOf(
  client: LocalClient,
  context: CommandContext,
): Promise<{ to?: { site?: string; pool?: string } }> {
  const { to, pool } = optionsOf(context)
  const site = to === undefined || ['aws', 'cloud'].includes(to) ? undefined : to
  if (site !== undefined) {
    for await (const sites of await client.sites.watch()) {
      if (!sites.some(({ id }) => id === site))
        throw new Stop(
          EXIT.usage,
          `There is no site called ${site}.`,
          `Sites: ${sites.map(({ id }) => id).join(', ')}; or "aws" for the cloud site there is.`,
        )
      break
    }
  }
  return site === undefined && pool === undefined
    ? {}
    : { to: { ...(site !== undefined && { site }), ...(pool !== undefined && { pool }) } }
}

const diff = ({ kind, name, lines }: TwoLines) =>
  [`${kind} ${name}`, ...lines.map(({ op, text }) => `${op} ${text}`)].join('\n')
const usd = (amount: number) => `$${amount.toFixed(2)}`
const clock = (text: string | undefined) =>
  text === undefined ? 'never' : text.slice(0, 16).replace('T', ' ')

/** Both ways of a quote as people read them. */
export function describeQuote(quote: BurstQuote): string {
  const { stay, go } = quote
  const band = ({ finishes }: typeof stay) =>
    finishes
      ? `done ${clock(finishes.at)} (80 %: ${clock(finishes.earliest)} to ${clock(finishes.latest)})`
      : 'never done'
  return [
    `${quote.ref.namespace}/${quote.ref.name}: ${quote.decision.kind}. ${quote.decision.says}`,
    `  stay  starts ${clock(stay.startsAt)}, ${band(stay)}, ${usd(0)} of cloud. ${stay.says}`,
    ...(go
      ? [
          `  go    starts ${clock(go.startsAt)}, ${band(go)}, ${usd(go.usd)} (${usd(go.usdLow)} to ${usd(go.usdHigh)}) in ${go.where}${go.shipsGb > 0 ? `, ships ${go.shipsGb.toFixed(1)} GB in ${String(Math.round(go.shipSeconds / 60))} min` : ''}. ${go.says}`,
        ]
      : []),
    ...(quote.usdPerSavedHour === undefined
      ? []
      : [
          `  An hour of waiting costs ${usd(quote.usdPerSavedHour)}${quote.limitUsdPerHour === undefined ? '' : `; the policy pays up to ${usd(quote.limitUsdPerHour)}`}.`,
        ]),
    ...quote.budgets.map(
      ({ title, scope, leftUsd, hard }) =>
        `  Budget ${title || scope} afterwards: ${usd(leftUsd)} left (${hard ? 'hard' : 'soft'})`,
    ),
    `  ${quote.price.says} ${quote.forecasts.says} Estimate: ${quote.workload.estimate.says}`,
    ...quote.loses.map((loss) => `  Lost: ${loss}`),
    ...quote.cannotMove.map(({ says, remedy }) => `  Cannot go: ${says} ${remedy}`),
    ...(quote.twoLines ? ['', diff(quote.twoLines)] : []),
  ].join('\n')
}

async function move(client: LocalClient, context: CommandContext): Promise<void> {
  const ref = await refOf(client, context)
  const to = await toOf(client, context)
  const { note } = optionsOf(context)
  const plan = await client.burst.planMove({ ...ref, ...to, ...(note !== undefined && { note }) })
  if (context.options['dryRun'] !== true) return runPlan(client, plan, context)
  const quote = await client.burst.quote({ ...ref, ...to })
  if (context.json) return say({ quote, plan })
  say(
    `${describeQuote(quote)}\n\n${describe({ ...plan, changes: plan.changes.map(({ lines: _lines, ...change }) => change) })}`,
  )
}

/** Registers what acts on the live queue; `takt burst replay` is beside it and needs no core. */
export function liveBurstCommands(program: Command, open: OpenSession): void {
  const burst = group(program, 'burst', 'decide between the building and the cloud')
  const workload = (name: string, says: string) =>
    burst
      .command(`${name} <job>`)
      .description(says)
      .option('--kind <kind>', `what it is (${MovableKind.options.join(', ')})`, 'Job')
      .option('--site <site>', 'the site it is queued on (default: home)')
  const target = (command: Command) =>
    command
      .option('--to <site>', 'a cloud site, or "aws" for the one there is')
      .option('--pool <pool>', 'machines to run on (default: the cheapest that is allowed)')
  changing(
    target(workload('move', 'move a queued job: its queue and its data change, nothing else')),
  )
    .option('--note <text>', 'what a lead should know')
    .action(withCore(open, move))
  target(workload('quote', 'staying and going side by side')).action(
    withCore(open, async (client, context) => {
      const quote = await client.burst.quote({
        ...(await refOf(client, context)),
        ...(await toOf(client, context)),
      })
      say(context.json ? quote : describeQuote(quote))
    }),
  )
  changing(burst.command('layout'))
    .description('make the queues for bursting on both sites')
    .option('--site <site>', 'the site work comes from (default: home)')
    .requiredOption('--to <site>', 'the cloud site')
    .option('--namespace <name>', 'whose queues (repeatable; default: all that have one)', several)
    .action(
      withCore(open, async (client, context) => {
        const { site, to = '' } = optionsOf(context)
        await runPlan(
          client,
          await client.burst.planLayout({
            ...(site !== undefined && { site }),
            to,
            namespaces: z.array(z.string()).default([]).parse(context.options['namespace']),
          }),
          context,
        )
      }),
    )
  changing(workload('return', 'bring a moved job back to its place')).action(
    withCore(open, async (client, context) =>
      runPlan(client, await client.burst.planReturn(await refOf(client, context)), context),
    ),
  )
  changing(target(workload('approve', 'approve a move that was asked for'))).action(
    withCore(open, async (client, context) =>
      runPlan(
        client,
        await client.burst.planApprove({
          ...(await refOf(client, context)),
          ...(await toOf(client, context)),
        }),
        context,
      ),
    ),
  )
  workload('refuse', 'say no to a move')
    .requiredOption('--reason <text>', 'what its owner reads')
    .action(
      withCore(open, async (client, context) => {
        await client.burst.refuse({
          ...(await refOf(client, context)),
          reason: String(context.options['reason']),
        })
        say(context.json ? {} : 'Refused.')
      }),
    )
  listCommands(burst, open)
}

function listCommands(burst: Command, open: OpenSession): void {
  burst
    .command('queue')
    .description('who waits, and what the planner decided')
    .option('--site <site>', 'default: home')
    .action(
      withCore(open, async (client, context) => {
        const { site } = optionsOf(context)
        for await (const queue of await client.burst.watch(site === undefined ? {} : { site })) {
          if (context.json) return say(queue)
          return sayTable(false, queue.workloads, {
            '#': (one) => one.position,
            job: (one) => `${one.ref.namespace}/${one.ref.name}`,
            gpus: (one) => `${String(one.gpus.count)} × ${one.gpus.kind}`,
            state: (one) => one.state,
            decision: (one) => one.decision?.kind,
            starts: (one) => (one.decision ? clock(one.decision.stay.startsAt) : undefined),
            cloud: (one) => (one.decision?.go ? usd(one.decision.go.usd) : undefined),
            why: (one) => one.decision?.says ?? one.away?.says,
          })
        }
      }),
    )
  burst
    .command('journal')
    .description('what was predicted and what came of it')
    .option('--limit <n>', 'how many', number, 20)
    .action(
      withCore(open, async (client, context) => {
        const journal = await client.burst.journal({ limit: optionsOf(context).limit ?? 20 })
        if (context.json) return say(journal)
        say(journal.forecasts.says)
        sayTable(false, journal.entries, {
          at: (one) => clock(one.at),
          job: (one) => `${one.ref.namespace}/${one.ref.name}`,
          decision: (one) => one.kind,
          predicted: (one) => clock(one.predicted.finishes?.at),
          ended: (one) => clock(one.actual?.endedAt),
          usd: (one) => usd(one.predicted.usd),
          by: (one) => one.by,
        })
      }),
    )
  burst
    .command('lines <file>')
    .description('the lines of a manifest that a move changes; "-" reads standard input')
    .option('--back', 'the way back')
    .option('--data-uri <uri>', 'where the data lies there')
    .option('--write', 'write the changed manifest to standard output')
    .action(
      withCore(open, async (client, { args: [file = '-'], json, options }) => {
        const manifest = await namedText(file)
        const dataUri = z.string().optional().parse(options['dataUri'])
        const found = await client.burst.lines({
          manifest,
          file: file === '-' ? 'standard input' : basename(file),
          back: options['back'] === true,
          ...(dataUri !== undefined && { dataUri }),
        })
        if (options['write'] === true && found.length !== 1)
          throw new Stop(
            EXIT.usage,
            `${file} holds ${String(found.length)} workloads.`,
            'Split it: --write takes one at a time.',
          )
        say(
          json
            ? found
            : options['write'] === true
              ? (found[0]?.after ?? '')
              : found.map(diff).join('\n\n'),
        )
      }),
    )
  burst
    .command('stop')
    .description('the kill switch: nothing acts by itself any more')
    .requiredOption('--reason <text>', 'why')
    .action(
      withCore(open, async (client, { options }) => {
        await client.burst.stop({ stopped: true, reason: String(options['reason']) })
        say('Stopped. What runs goes on.')
      }),
    )
  burst
    .command('resume')
    .description('allow what acts by itself again')
    .action(
      withCore(open, async (client) => {
        await client.burst.stop({ stopped: false, reason: '' })
        say('Allowed again.')
      }),
    )
}
