import type { DirectoryEntry } from '../../../../preload/contract/people'
import { succeed } from '../../../kernel/outcome'
import type { Sites } from '../../sites'
import { nearness } from '../domain/names'
import { keyOf, type Directory } from '../ports'

const person = (name: string): DirectoryEntry => ({
  kind: 'User',
  name,
  id: name,
  title: name,
  active: true,
})
const group = (name: string): DirectoryEntry => ({
  kind: 'Group',
  name,
  id: name,
  title: name,
  active: true,
})

/** What the API server of the home site reads from one's own sign-in: oneself, and the groups of its groups claim. */
export function ownSignIn(sites: Pick<Sites, 'home'>): Directory {
  const known = async (signal?: AbortSignal) => {
    const home = sites.home()
    if (!home.ok) return home
    const who = await home.value.whoAmI(signal)
    if (!who.ok) return who
    // The cluster's own groups, such as system:authenticated, would let in everybody.
    return succeed([
      person(who.value.user),
      ...who.value.groups.filter((name) => !name.startsWith('system:')).map(group),
    ])
  }
  return {
    title: 'Your own sign-in',
    simulated: false,
    complete: false,
    async search({ text, kind, limit }, signal) {
      const all = await known(signal)
      if (!all.ok) return all
      const found = all.value.filter(
        (entry) => (kind === undefined || entry.kind === kind) && nearness(text, entry) < 3,
      )
      return succeed({ entries: found.slice(0, limit), more: found.length > limit })
    },
    async lookup(subjects, signal) {
      const all = await known(signal)
      if (!all.ok) return all
      const wanted = new Set(subjects.map(keyOf))
      const entries = all.value.filter((entry) => wanted.has(keyOf(entry)))
      return succeed({ entries, asked: new Set(entries.map(keyOf)) })
    },
    groupMembers: () => Promise.resolve(succeed(undefined)),
  }
}
