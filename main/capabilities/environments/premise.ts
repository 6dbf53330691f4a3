import { z } from 'zod'
import type { Environment } from '../../../preload/contract/records'
import { succeed, type Outcome } from '../../kernel/outcome'
import type { KubeClient } from '../../platform/kubernetes/types'
import type { StepContext } from '../operations'
import { onSite, resourceOf } from '../plans'
import { RECORD, refOf, type ChangeInput } from './change-input'
import { mayPause } from './domain/idle'
import type { Idleness } from './idleness'
import type { EnvironmentPorts } from './ports'

export interface PremisePorts extends Pick<EnvironmentPorts, 'sites' | 'records'> {
  idleness: Idleness
}
type Context = StepContext<ChangeInput>

/** What a change of an environment rests on: the same record, with the values it was planned from (or its own), and for what began by itself the reason why. */
export const premiseOf =
  (ports: PremisePorts) =>
  async ({ input, signal }: Context): Promise<Outcome<string | undefined>> => {
    const home = ports.sites.home()
    if (!home.ok) return home
    const found = await ports.records.read('Environment', refOf(input), signal)
    if (!found.ok)
      return found.failure.code === 'NOT_FOUND' ? succeed(`${input.name} is gone.`) : found
    return succeed(
      changedBelow(input, found.value) ??
        (await reasonGone(ports, { home: home.value, input, environment: found.value, signal })),
    )
  }

/** Whether the record is another one, or somebody gave it a third value that would be overwritten. */
function changedBelow(input: ChangeInput, { meta, spec }: Environment): string | undefined {
  if (input.uid !== undefined && meta.uid !== input.uid)
    return `${input.name} was deleted and made anew.`
  const third = <T>(planned: { before: T; after: T } | undefined, now: T) =>
    planned !== undefined &&
    ![planned.before, planned.after].some((one) => JSON.stringify(one) === JSON.stringify(now))
  if (third(input.expiresAt, spec.expiresAt))
    return `when ${input.name} ends was changed meanwhile, to ${spec.expiresAt}.`
  return third(input.size, spec.size)
    ? `the size of ${input.name} was changed meanwhile, to ${spec.size.name}.`
    : undefined
}

async function reasonGone(
  { idleness }: PremisePorts,
  {
    home,
    input,
    environment,
    signal,
  }: { home: KubeClient; input: ChangeInput; environment: Environment; signal: AbortSignal },
): Promise<string | undefined> {
  const { spec } = environment
  const now = home.clock.now()
  switch (input.basis?.kind) {
    case undefined:
      return undefined
    case 'time-box':
      return Date.parse(spec.expiresAt) <= now
        ? undefined
        : `${input.name} was extended to ${spec.expiresAt}.`
    case 'idle': {
      // Cut short after the record was written: what it began is finished, nothing runs that could be looked at.
      if (spec.state === 'paused') return undefined
      const seen =
        mayPause([environment], now).length > 0
          ? await idleness.look(home, environment, { signal })
          : undefined
      return seen?.verdict.idle === true
        ? undefined
        : `${input.name} is not idle any more. ${seen?.verdict.says ?? 'It may not be paused now.'}`
    }
  }
}

/** What a deletion rests on: nobody made another one of that name since. One that is gone already is fine. */
export const stillThat =
  ({ records }: Pick<PremisePorts, 'records'>) =>
  async ({ input, signal }: Context): Promise<Outcome<string | undefined>> => {
    const found = await records.read('Environment', refOf(input), signal)
    if (!found.ok) return found.failure.code === 'NOT_FOUND' ? succeed(undefined) : found
    return succeed(changedBelow(input, found.value))
  }

const Identity = z.object({ metadata: z.object({ uid: z.string() }) })
async function isSame(
  client: KubeClient,
  input: ChangeInput,
  signal: AbortSignal,
): Promise<Outcome<boolean>> {
  const found = await client.get(resourceOf(RECORD), refOf(input), Identity, signal)
  if (!found.ok) return found
  return succeed(
    found.value !== undefined &&
      (input.uid === undefined || found.value.metadata.uid === input.uid),
  )
}
/** Work on the record that was planned for; where that is gone or another one by now there is nothing to do. */
export const onSame = (work: (client: KubeClient, context: Context) => Promise<Outcome<void>>) =>
  onSite<ChangeInput>(async (client, context) => {
    const { input, signal } = context
    const same = await isSame(client, input, signal)
    if (!same.ok) return same
    return same.value ? work(client, context) : succeed(undefined)
  })
