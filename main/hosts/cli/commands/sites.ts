import type { Command } from 'commander'
import { explain } from '../../../../preload/contract/explain'
import { parseFailure } from '../../../../preload/contract/failures'
import type { SiteState } from '../../../../preload/contract/sites'
import { say, sayTable } from '../output'
import { runPlan } from '../plan'
import { EXIT, Stop, withCore, type OpenSession } from '../session'
import { changing, group } from '../words'
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
  site
    .command('contexts')
    .description('contexts in the kubeconfig files; opens no connection and runs no plugin')
    .action(
      withCore(open, async (client, { json }) => {
        const { contexts, unreadable } = await client.sites.contexts()
        if (json) return say({ contexts, unreadable })
        sayTable(false, contexts, {
          context: (c) => c.id,
          server: (c) => c.server,
          signs_in_by: (c) => c.auth,
          plugin: (c) => c.plugin?.command,
          file: (c) => c.file,
        })
        for (const { code, data } of unreadable) {
          const told = parseFailure(code, data)
          if (told) say(`${explain(told).says} ${explain(told).remedy}`)
        }
      }),
    )
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
    .option('--yaml', 'print them as YAML for an administrator')
    .action(
      withCore(open, async (client, context) => {
        const plan = await client.sites.planPrepare({ site: context.args[0] ?? '' })
        if (context.options['yaml'] !== true) return runPlan(client, plan, context)
        if (plan.yaml === undefined) throw new Stop(EXIT.failed, 'This plan has no YAML.')
        say(plan.yaml)
      }),
    )
  programCommands(site, open)
  plantCommands(program, open)
}
