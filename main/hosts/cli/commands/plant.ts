import type { Command } from 'commander'
import { describeStartFailure } from '../../start-failure'
import { say, sayTable } from '../output'
import { EXIT, Stop, withCore, type GlobalOptions, type OpenSession } from '../session'
import { group, number } from '../words'

/** The simulated sites that live inside this core. */
export function plantCommands(program: Command, open: OpenSession) {
  const plant = group(program, 'plant', 'the embedded simulated sites')
  plant
    .command('open')
    .description('start the simulated sites and make the on-prem one home')
    .action(
      withCore(open, async (client, { json }) => {
        await client.sites.openPlant()
        say(json ? { plant: 'open' } : 'The plant is open (simulated).')
      }),
    )
  plant
    .command('close')
    .description('stop the simulated sites; their state is kept')
    .action(
      withCore(open, async (client, { json }) => {
        await client.sites.closePlant()
        say(json ? { plant: 'closed' } : 'The plant is closed; its state is kept.')
      }),
    )
  plant
    .command('speed <factor>')
    .description('simulated seconds per second, 0 to 3600')
    .action(
      withCore(open, async (client, { args: [factor = ''], json }) => {
        await client.sites.setPlantSpeed({ speed: number(factor) })
        say(
          json
            ? { speed: number(factor) }
            : `The plant runs at ${factor} simulated seconds per second.`,
        )
      }),
    )
  peopleCommands(plant, open)
}

/** Rights are tried out by sitting down as somebody who has them, or has not. */
function peopleCommands(plant: Command, open: OpenSession) {
  plant
    .command('people')
    .description('who works on the open simulated sites, and as whom you are signed in')
    .action(
      withCore(open, async (client, { json }) => {
        sayTable(json, await client.sites.plantPeople(), {
          person: ({ user }) => user,
          is: ({ duty }) => duty,
          team: ({ team }) => team,
          you: ({ current }) => (current ? 'you' : ''),
        })
      }),
    )
  plant
    .command('as <person>')
    .description('sign in to the simulated sites as another of their people')
    .action(
      withCore(open, async (client, { args: [user = ''], json }) => {
        await client.sites.plantAs({ user })
        say(json ? { as: user } : `You are ${user} on the simulated sites.`)
      }),
    )
}

/** The simulated sites while they are served as clusters of their own. */
export interface ServedSites {
  plant: { sites: readonly { id: string; server: string }[] }
  people: readonly {
    user: string
    duty: string
    kubeconfig: string
    awsConfig: string
    awsCredentials: string
  }[]
  close(): Promise<void>
}
export type ServeSites = (
  ask: { folder: string; port: number; speed: number },
  stop: AbortSignal,
) => Promise<ServedSites>
const SPEED = 60

/** `takt plant serve`: needs no core; several people at several machines or stores work on what it serves. */
export function plantServeCommand(program: Command, serve: ServeSites) {
  const plant = program.commands.find((command) => command.name() === 'plant')
  plant
    ?.command('serve')
    .description('serve the simulated sites as clusters of their own, until interrupted')
    .requiredOption(
      '--kubeconfig <folder>',
      'where a kubeconfig and AWS keys are written for each person, and what happens is kept',
    )
    .option('--port <n>', 'port of the on-prem site, any free one unless given', number, 0)
    .option('--speed <factor>', 'simulated seconds per second', number, SPEED)
    .action(async (_options: unknown, command: Command) => {
      const { kubeconfig, port, speed, json } = command.optsWithGlobals<
        GlobalOptions & { kubeconfig: string; port: number; speed: number }
      >()
      const stop = new AbortController()
      const stopped = new Promise<void>((resolve) => {
        for (const name of ['SIGINT', 'SIGTERM'] as const)
          process.once(name, () => {
            stop.abort()
            resolve()
          })
      })
      const served = await serve({ folder: kubeconfig, port, speed }, stop.signal).catch(
        (error: unknown) => {
          const { says, remedy } = describeStartFailure(error)
          throw new Stop(EXIT.conflict, says, remedy)
        },
      )
      sayServed(served, json === true)
      await stopped
      await served.close()
    })
}

function sayServed({ plant, people }: ServedSites, json: boolean) {
  const sites = plant.sites.map(({ id, server }) => ({ site: id, server }))
  if (json) return say({ sites, people })
  say(`Simulated sites: ${sites.map(({ site, server }) => `${site} ${server}`).join(', ')}`)
  sayTable(false, [...people], {
    person: ({ user }) => user,
    is: ({ duty }) => duty,
    kubeconfig: ({ kubeconfig }) => kubeconfig,
  })
  const [one] = people
  if (one)
    say(
      `As one of them, with a store of their own:\n  KUBECONFIG=${one.kubeconfig} AWS_CONFIG_FILE=${one.awsConfig} AWS_SHARED_CREDENTIALS_FILE=${one.awsCredentials} takt serve --store ${one.user}-store`,
    )
}
