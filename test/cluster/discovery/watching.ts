import type { Operation } from '../../../preload/contract/operations'
import type { SiteState } from '../../../preload/contract/sites'
import { until } from '../stack/servers'
import { awaited, type Person } from './person'

/** The person's site, once it is as wanted. */
export async function siteIs(
  person: Person,
  isWanted: (state: SiteState) => boolean,
): Promise<SiteState> {
  const states = await awaited(await person.takt.sites.watch(), (all) =>
    all.some((each) => each.id === person.site && isWanted(each)),
  )
  const own = states.find(({ id }) => id === person.site)
  if (!own) throw new Error('the site is not known any more')
  return own
}
/** Whether a site is in one of these states. */
export const isState =
  (...wanted: SiteState['state'][]) =>
  ({ state }: SiteState) =>
    wanted.includes(state)
export const live = isState('live')
/** The names of all records of a kind, once they are as live as they can be. */
export async function records(person: Person, kind: 'Tool' | 'Project'): Promise<string[]> {
  const names = new Map<string, boolean>()
  for await (const { reset, upserts, removed, live: isLive } of await person.takt.records.watch({
    kinds: [kind],
  })) {
    if (reset) names.clear()
    for (const { meta } of upserts) names.set(meta.name, true)
    for (const { name } of removed) names.delete(name)
    if (isLive) return [...names.keys()].toSorted()
  }
  throw new Error('the watch ended')
}
/** Asks again and again until it is so; what it was that did not come is the message. */
export const soon = (check: () => Promise<boolean>, why: string, seconds = 60) =>
  until(check, { seconds, why: () => why })
/** The operation once it rests. */
export const endedWell = async (person: Person, id: string): Promise<Operation> => {
  let seen: Operation | undefined
  await soon(
    async () =>
      !['running', 'cancelling', 'undoing'].includes(
        (seen = await person.takt.operations.get({ operationId: id })).state,
      ),
    'the operation did not end',
  )
  if (!seen) throw new Error('no operation was seen')
  return seen
}
