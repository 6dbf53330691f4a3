import type { Command } from 'commander'
import { z } from 'zod'
import { explain } from '../../../../preload/contract/explain'
import { parseFailure } from '../../../../preload/contract/failures'
import type { FoundContext, FoundContexts, SiteState } from '../../../../preload/contract/sites'
import { aside } from '../../../platform/terminal'
import type { LocalClient } from '../../local/socket'
import { say, sayTable } from '../output'
import { runPlan } from '../plan'
import { EXIT, Stop, withCore, type OpenSession } from '../session'
import { changing, group, number } from '../words'
import { plantCommands } from './plant'
import { programCommands } from './programs'

/** Site names are shown without their prefix; both forms are understood. */
const described = (site: SiteState) =>
  `${site.state}${site.simulated ? ', simulated' : ''}${site.home ? ', home' : ''}`

export function siteCommands(program: Command, open: OpenSession) {
  const site = group(program, 'site', 'clusters and clouds that work runs on')
  site
    .command('list')
    .description('every known site and its state')
    .action(
      withCore(open, async (client, { json }) => {
        // A core of this command's own has only begun to read the kubeconfigs.
        await client.sites.contexts({ limit: 0 })
        for await (const sites of await client.sites.watch()) {
          sayTable(json, sites, {
            site: (s) => s.id,
            place: (s) => s.place,
            state: described,
            server: (s) => s.server,
            as: (s) => s.user,
            seen: (s) => s.asOf,
          })
          break
        }
      }),
    )
  contextsCommand(site, open)
  site
    .command('connect <site>')
    .description('connect a site')
    .option(
      '--allow-plugin <hash>',
      'allow the credential plugin with this hash, as takt site plugin shows it',
    )
    .action(
      withCore(open, async (client, { args: [name = ''], options, json }) => {
        const consentToHash = options['allowPlugin']
        await client.sites.connect({
          site: name,
          ...(typeof consentToHash === 'string' && { consentToHash }),
        })
        say(json ? { connected: name } : `${name} is connected.`)
      }),
    )
  for (const [verb, says] of [
    ['disconnect', 'close every connection to a site'],
    ['make-home', 'keep the shared records on this site'],
  ] as const) {
    site
      .command(`${verb} <site>`)
      .description(says)
      .action(
        withCore(open, async (client, { args: [name = ''], json }) => {
          await (verb === 'disconnect' ? client.sites.disconnect : client.sites.makeHome)({
            site: name,
          })
          say(json ? { site: name, done: verb } : `Done: ${verb} ${name}.`)
        }),
      )
  }
  changing(site.command('prepare <site>'))
    .description('install the resource definitions and roles that Takt needs')
    .option('--members <group>', 'the group of everybody who uses Takt; takt-members unless told')
    .option('--yaml', 'print them as YAML for an administrator')
    .action(
      withCore(open, async (client, context) => {
        const { members } = z.object({ members: z.string().optional() }).parse(context.options)
        const plan = await client.sites.planPrepare({
          site: context.args[0] ?? '',
          ...(members !== undefined && { members }),
        })
        if (context.options['yaml'] !== true) return runPlan(client, plan, context)
        if (plan.yaml === undefined) throw new Stop(EXIT.failed, 'This plan has no YAML.')
        say(plan.yaml)
      }),
    )
  programCommands(site, open)
  plantCommands(program, open)
}

/** The most contexts that are asked for at once. */
const PAGE = 1000
const SAID_EVERY = 10_000
function contextsCommand(site: Command, open: OpenSession) {
  site
    .command('contexts')
    .description('contexts in the kubeconfig files; opens no connection and runs no plugin')
    .option('--filter <text>', 'only those with this in their name, server, user or file', '')
    .option('--limit <count>', 'how many are shown at most', number, 500)
    .action(
      withCore(open, async (client, { json, options, signal }) => {
        const filter = String(options['filter'])
        const limit = Number(options['limit'])
        const { matched, total, unreadable } = await contextsRead(client, { filter, json, signal })
        const all: FoundContext[] = []
        for (let offset = 0; offset < Math.min(limit, matched); offset += PAGE) {
          const page = { filter, offset, limit: Math.min(PAGE, limit - offset) }
          const { contexts } = await client.sites.contexts(page, { signal })
          if (json) all.push(...contexts)
          else sayTable(false, contexts, CONTEXT_COLUMNS)
        }
        if (json) return say({ contexts: all, unreadable, matched, total })
        if (matched === 0) say('None.')
        if (Math.min(limit, matched) < total) say(shownOf(Math.min(limit, matched), matched, total))
        for (const { code, data } of unreadable) {
          const told = parseFailure(code, data)
          if (told) say(`${explain(told).says} ${explain(told).remedy}`)
        }
      }),
    )
}
const CONTEXT_COLUMNS = {
  context: (c: FoundContext) => c.id,
  server: (c: FoundContext) => c.server,
  signs_in_by: (c: FoundContext) => c.auth,
  plugin: (c: FoundContext) => c.plugin?.command,
  file: (c: FoundContext) => c.file,
}
const shownOf = (shown: number, matched: number, total: number) =>
  `${shown} of ${matched === total ? `${total} contexts` : `${matched} that match, of ${total} contexts`} are shown.${shown < matched ? ' Show others with --filter, or more with --limit.' : ''}`

/** Waits until all files have been read, and says on the way how far that is where it takes a while. */
async function contextsRead(
  client: LocalClient,
  { filter, json, signal }: { filter: string; json: boolean; signal: AbortSignal },
): Promise<FoundContexts> {
  const page = { filter, limit: 0 }
  let said = 0
  for await (const found of await client.sites.watchContexts(page, { signal })) {
    if (!found.reading) return found
    if (json || found.total < said + SAID_EVERY) continue
    said = found.total
    aside(`Reading: ${said} contexts so far.`)
  }
  return client.sites.contexts(page, { signal })
}
