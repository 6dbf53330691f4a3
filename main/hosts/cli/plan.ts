import { createInterface } from 'node:readline/promises'
import type { Operation, Plan } from '../../../preload/contract/operations'
import { explain } from '../../../preload/contract/explain'
import { askThem } from '../../../preload/contract/rights'
import { visibleLine } from '../../../preload/contract/text/visible'
import { parseFailure } from '../../../preload/contract/failures'
import type { LocalClient } from '../local/socket'
import { aside, askingOn } from '../../platform/terminal'
import { say } from './output'
import { EXIT, Stop, type BegunOperation, type CommandContext } from './session'

const SIGNS = { create: '+', change: '~', delete: '-', same: '=' } as const

const BELONGS = { takt: "Takt's", automatic: 'Automatic', others: "Others'" } as const

/** A plan in words: price and time, changes, what is missing, what could fail. */
export function describe(plan: Plan): string {
  const { price, time, losses } = plan
  const permissions = plan.permissions.filter(({ allowed }) => allowed !== 'yes')
  return [
    `${plan.title} on ${plan.site}, as ${plan.as}`,
    ...(price
      ? [
          `  $${price.usdPerHour.toFixed(2)} per hour${price.usdInAll === undefined ? '' : `, $${price.usdInAll.toFixed(2)} in all`} (${price.basis}; ${price.book})`,
        ]
      : []),
    ...(time ? [`  ${time.says}`] : []),
    ...plan.changes.flatMap(({ op, kind, name, namespace, note, lines }) => [
      `  ${SIGNS[op]} ${kind} ${namespace ? `${namespace}/` : ''}${name}${note ? `  ${note}` : ''}`,
      ...(lines ?? []).map((line) => `      ${line.op} ${line.text}`),
    ]),
    `  Dry run: ${plan.dryRun.result}${plan.dryRun.says.length > 0 ? ` (${plan.dryRun.says.join('; ')})` : ''}`,
    ...permissions.map(
      ({ says, allowed, grantedBy, without }) =>
        `  Permission ${allowed === 'no' ? 'missing' : 'unclear'}: ${says}${allowed === 'no' ? `; ${askThem(grantedBy)}` : ''}${without ? ` (${without})` : ''}`,
    ),
    ...plan.quotas.map(
      ({ name, used, adds, limit, unit }) =>
        `  Quota ${name}: ${used} + ${adds} of ${limit} ${unit}`,
    ),
    ...plan.choices.map((choice) => `  ${choice}`),
    ...plan.risks.map((risk) => `  Could fail: ${risk}`),
    ...(plan.holds ?? []).map(
      ({ site, namespace, kind, belongs, count, names }) =>
        `  ${BELONGS[belongs]} in ${namespace} on ${site}: ${count} ${kind} (${names.join(', ')}${count > names.length ? ', …' : ''})`,
    ),
    ...(losses
      ? [`  Lost for good: ${losses.lost.join('; ')}`, `  Kept: ${losses.kept.join('; ')}`]
      : []),
    ...plan.blockedBy.map(({ says, remedy }) => `  Blocked: ${says} ${remedy}`),
  ].join('\n')
}

async function confirmed(
  plan: Plan,
  { json, signal }: CommandContext,
): Promise<string | undefined> {
  if (json || !process.stdin.isTTY)
    throw new Stop(
      EXIT.usage,
      'Nothing was changed.',
      `Add --yes${plan.losses ? ` --type-name ${plan.losses.typeName}` : ''} to run this plan.`,
    )
  const ask = createInterface({ input: process.stdin, output: askingOn() })
  try {
    const answer = await ask.question(
      visibleLine(
        plan.losses ? `Type ${plan.losses.typeName} to confirm: ` : `${plan.verb}? [y/N] `,
      ),
      { signal },
    )
    if (plan.losses) return answer
    if (!/^y(es)?$/i.test(answer)) throw new Stop(EXIT.interrupted, 'Nothing was changed.')
    return undefined
  } finally {
    ask.close()
  }
}

/** Shows a plan, asks, runs it and follows its steps to the end. With --dry-run it only shows; with --yes it does not ask. */
export async function runPlan(
  client: LocalClient,
  plan: Plan,
  context: CommandContext,
): Promise<void> {
  const { json, options } = context
  if (options['dryRun'] === true) return say(json ? plan : describe(plan))
  if (!json) say(describe(plan))
  if (plan.blockedBy.length > 0)
    throw new Stop(
      EXIT.blocked,
      `${plan.title} cannot run.`,
      plan.blockedBy.map(({ says, remedy }) => `${says} ${remedy}`).join('\n'),
    )
  const given = options['typeName']
  const typedName =
    options['yes'] === true
      ? typeof given === 'string'
        ? given
        : undefined
      : await confirmed(plan, context)
  const ended = await runToEnd(
    client,
    { plan, ...(typedName !== undefined && { typedName }) },
    context,
  )
  if (json) say({ plan, operation: ended })
  else for (const [name, value] of Object.entries(ended.result ?? {})) say(`${name}: ${value}`)
  if (ended.state !== 'done') throw endedBadly(ended)
}

/** Starts the operation and follows it; an interrupt cancels it and waits for what that takes back. */
async function runToEnd(
  client: LocalClient,
  { plan, ...start }: { plan: Plan; typedName?: string },
  { json, signal, begun }: CommandContext,
): Promise<Operation> {
  const operation: BegunOperation = { title: plan.title }
  begun.push(operation)
  const { operationId } = await client.operations.start({ planId: plan.id, ...start })
  operation.operationId = operationId
  // A core that is gone cannot be told; that it is gone is said by what waits for the end.
  const cancel = () => void client.operations.cancel({ operationId }).catch(() => undefined)
  signal.addEventListener('abort', cancel, { once: true })
  const ended = await follow(client, operationId, json)
  signal.removeEventListener('abort', cancel)
  begun.splice(begun.indexOf(operation), 1)
  return ended
}
function endedBadly({ title, state, failure, cancelLeaves }: Operation): Stop {
  const cause = failure && parseFailure(failure.code, failure.data)
  const words = cause && explain(cause)
  return new Stop(
    state === 'failed' ? EXIT.failed : EXIT.interrupted,
    `${title}: ${state}. ${words?.says ?? cancelLeaves}`,
    words?.remedy,
  )
}

async function follow(
  client: LocalClient,
  operationId: string,
  quiet: boolean,
): Promise<Operation> {
  let shown = ''
  for await (const all of await client.operations.watch()) {
    const operation = all.find(({ id }) => id === operationId)
    if (!operation) continue
    const line = operation.steps
      .map(({ title, state, detail }) =>
        state === 'running' ? `${title}${detail ? `: ${detail}` : ''}` : '',
      )
      .filter(Boolean)
      .join(', ')
    const done = operation.steps.filter(({ state }) => state === 'done').length
    if (!quiet && line && line !== shown) aside(`  ${done}/${operation.steps.length} ${line}`)
    shown = line
    if (!['running', 'cancelling', 'undoing'].includes(operation.state)) return operation
  }
  return client.operations.get({ operationId })
}
