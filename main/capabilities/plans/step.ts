import { succeed, type Outcome } from '../../kernel/outcome'
import type { KubeClient } from '../../platform/kubernetes/types'
import type { StepContext } from '../operations'
import type { Sites } from '../sites'

type Context<I> = StepContext<I>
/** A step's work with the client of the site its input names. */
export const onSite =
  <I extends { site: string }>(
    work: (client: KubeClient, context: Context<I>) => Promise<Outcome<void>>,
  ) =>
  async (context: Context<I>): Promise<Outcome<void>> => {
    const client = context.client(context.input.site)
    return client.ok ? work(client.value, context) : client
  }
/** An outcome whose value nobody needs. */
export const done = (outcome: Outcome<unknown>): Outcome<void> =>
  outcome.ok ? succeed(undefined) : outcome

export interface SignedIn {
  home: KubeClient
  user: string
  signal: AbortSignal | undefined
}
/** The home site and who is signed in there: what every plan begins with. */
export async function signedIn(
  sites: Pick<Sites, 'home'>,
  signal?: AbortSignal,
): Promise<Outcome<SignedIn>> {
  const home = sites.home()
  if (!home.ok) return home
  const who = await home.value.whoAmI(signal)
  return who.ok ? succeed({ home: home.value, user: who.value.user, signal }) : who
}
