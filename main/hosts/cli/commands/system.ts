import type { Command } from 'commander'
import { OpenAPIGenerator } from '@orpc/openapi'
import { ZodToJsonSchemaConverter } from '@orpc/zod/zod4'
import { contract } from '../../../../preload/contract'
import type { MapView } from '../../../../preload/contract/flow'
import type { LocalClient } from '../../local/socket'
import { say, sayTable } from '../output'
import { EXIT, Stop, withCore, type OpenSession } from '../session'
import { group } from '../words'

const SIGNS = { ok: 'ok', warning: 'warning', failed: 'FAILED', unknown: 'unknown' } as const

export function systemCommands(program: Command, open: OpenSession) {
  program
    .command('doctor')
    .description('what is installed, reachable and permitted, and how to mend the rest')
    .action(
      withCore(open, async (client, { json }) => {
        const { checks, engines } = await client.system.diagnostics()
        if (json) say({ checks, engines })
        else
          for (const { title, result, says, remedy } of checks)
            say(
              `${SIGNS[result].padEnd(8)} ${title}: ${says}${result === 'ok' || !remedy ? '' : `\n         ${remedy}`}`,
            )
        if (checks.some(({ result }) => result === 'failed')) throw new Stop(EXIT.failed, '')
      }),
    )
  program
    .command('api')
    .description('the contract as an OpenAPI document')
    .action(async () => say(await openApi(program.version() ?? '')))
  program
    .command('map')
    .description('both lines, station by station')
    .action(
      withCore(open, async (client, { json }) => {
        const map = await freshMap(client)
        if (json) return say(map)
        if (!map.live) say(`as of ${map.asOf}: the home site does not answer`)
        sayTable(false, map.stations, {
          station: (s) => `${s.code} ${s.title}`,
          lamp: (s) => s.lamp,
          items: (s) => s.count,
          limit: (s) => s.limit,
          waiting: (s) => s.waiting,
          names: (s) =>
            s.items
              .slice(0, 4)
              .map(({ title }) => title)
              .join(', '),
        })
      }),
    )
  operationCommands(program, open)
}

const LIVE_WITHIN_MS = 8_000
/** The first live view; the last seen one, as it is, where none comes in time. */
async function freshMap(client: LocalClient): Promise<MapView> {
  let last: MapView | undefined
  const signal = AbortSignal.timeout(LIVE_WITHIN_MS)
  try {
    for await (const map of await client.flow.map({}, { signal })) {
      if (map.live) return map
      last = map
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
  if (last) return last
  throw new Stop(
    EXIT.unreachable,
    'No site holds the shared records, or it does not answer.',
    'Open the plant or connect a cluster, then look again.',
  )
}

function operationCommands(program: Command, open: OpenSession) {
  const operation = group(program, 'operation', 'what buttons started, step by step')
  operation
    .command('list')
    .description('the newest operations')
    .action(
      withCore(open, async (client, { json }) => {
        for await (const all of await client.operations.watch()) {
          sayTable(json, all, {
            id: (o) => o.id,
            title: (o) => o.title,
            state: (o) => o.state,
            started: (o) => o.startedAt,
            by: (o) => o.by,
          })
          break
        }
      }),
    )
  operation
    .command('show <id>')
    .description('one operation with its journal')
    .action(
      withCore(open, async (client, { args: [operationId = ''] }) =>
        say(await client.operations.get({ operationId })),
      ),
    )
  for (const verb of ['cancel', 'undo', 'retry'] as const) {
    operation
      .command(`${verb} <id>`)
      .description(
        {
          cancel: 'stop it and take back what was made',
          undo: 'take back a finished one',
          retry: 'go on at the step that failed',
        }[verb],
      )
      .action(
        withCore(open, async (client, { args: [operationId = ''], json }) => {
          await client.operations[verb]({ operationId })
          say(json ? { [verb]: operationId } : 'Done.')
        }),
      )
  }
}

/** The contract as an OpenAPI 3.1 document; streams are described as server-sent events. */
export function openApi(version: string) {
  const generator = new OpenAPIGenerator({ schemaConverters: [new ZodToJsonSchemaConverter()] })
  return generator.generate(contract, {
    info: {
      title: 'Takt',
      version,
      description:
        'Everything that the core can be asked. Served over a message port, a WebSocket or in process.',
    },
  })
}
