import type { IdleReport } from '../../../preload/contract/projects'
import type { Environment } from '../../../preload/contract/records'
import { explain } from '../../../preload/contract/explain'
import { timestamp } from '../../kernel/clock'
import { unlessForbidden } from '../../platform/kubernetes/refused'
import type { KubeClient } from '../../platform/kubernetes/types'
import { serverActivity, terminalCommands, type ServerPlace } from './adapters/jupyter'
import {
  idleVerdict,
  needsMore,
  unknown,
  type IdleVerdict,
  type Reading,
  type WorkSigns,
} from './domain/idle'
import type { EnvironmentPorts } from './ports'

/** What was read of an environment that runs, and what follows from it. */
export interface IdleLook {
  signs: WorkSigns
  verdict: IdleVerdict
}
const NOT_ASKED = unknown('not asked, because its server already tells of work')

async function measured(
  load: EnvironmentPorts['load'],
  { spec }: Environment,
  { client, pod, signal }: { client: KubeClient; pod: ServerPlace['pod']; signal: AbortSignal },
): Promise<Pick<WorkSigns, 'gpuShare' | 'cpuCores'>> {
  const told = await load(
    {
      site: client.site,
      namespace: pod.namespace,
      pod: pod.name,
      minutes: spec.idle?.pauseAfterMinutes ?? 5,
    },
    signal,
  )
  const failed = told.ok ? undefined : unknown(explain(told.failure).says)
  return {
    gpuShare: spec.size.gpu && (told.ok ? told.value.gpuShare : failed),
    cpuCores: told.ok ? told.value.cpuCores : (failed ?? unknown('')),
  }
}

/** Reads whether environments work: from their server, their processes, and what is measured of their GPUs and CPUs. */
export function makeIdleness({ load }: Pick<EnvironmentPorts, 'load'>) {
  const ask = unlessForbidden()

  return {
    /** Looks at one environment; undefined where nothing of it runs that could be looked at. `all` reads also what the verdict does not need any more. */
    async look(
      client: KubeClient,
      environment: Environment,
      { all = false, signal }: { all?: boolean; signal: AbortSignal },
    ): Promise<IdleLook | undefined> {
      const { meta, spec, status } = environment
      if (status.pod === undefined || meta.namespace === undefined) return undefined
      const place: ServerPlace = {
        pod: { namespace: meta.namespace, name: status.pod },
        container: meta.name,
        port: spec.tool.port,
        statusPath: spec.tool.probePath,
      }
      const looking = { client, place, ask, signal }
      const server = await serverActivity(looking)
      const now = client.clock.now()
      const more = all || needsMore(environment, server, now)
      const signs: WorkSigns = {
        server,
        commands: more ? await terminalCommands(looking) : NOT_ASKED,
        ...(more
          ? await measured(load, environment, { client, pod: place.pod, signal })
          : { gpuShare: spec.size.gpu && NOT_ASKED, cpuCores: NOT_ASKED }),
      }
      return { signs, verdict: idleVerdict(environment, signs, now) }
    },
  }
}
export type Idleness = ReturnType<typeof makeIdleness>

const reading = <T>(
  what: IdleReport['readings'][number]['what'],
  sign: Reading<T>,
  words: (value: T) => string,
): IdleReport['readings'][number] => ({
  what,
  known: sign.known,
  says: sign.known ? words(sign.value) : sign.says,
})
/** A look as the contract shows it. */
export const toReport = ({ signs, verdict }: IdleLook): IdleReport => ({
  idle: verdict.idle,
  reason: verdict.reason,
  says: verdict.says,
  ...(verdict.since !== undefined && { since: timestamp(verdict.since) }),
  readings: [
    reading('server', signs.server, ({ lastActivity, kernels }) => {
      const busy = kernels.filter((kernel) => kernel.busy).length
      return `${String(busy)} of ${String(kernels.length)} kernels busy, last activity ${timestamp(lastActivity)}`
    }),
    reading('terminals', signs.commands, (commands) =>
      commands.length === 0 ? 'no command runs' : `${commands.slice(0, 5).join(', ')} runs`,
    ),
    ...(signs.gpuShare
      ? [
          reading(
            'gpu',
            signs.gpuShare,
            (share) => `at most ${String(Math.round(share * 100))} % busy`,
          ),
        ]
      : []),
    reading('cpu', signs.cpuCores, (cores) => `${cores.toFixed(2)} cores on average`),
  ],
})
export const NOTHING_RUNS: IdleReport = {
  idle: false,
  reason: 'not-known',
  says: 'Nothing of it runs that could be looked at.',
  readings: [],
}
