import type { DirectoryEntry } from '../../../../preload/contract/people'
import { succeed } from '../../../kernel/outcome'
import { nearness } from '../domain/names'
import { keyOf, type Directory } from '../ports'

export interface Listed {
  user: string
  name: string
  team: string
  groups: string[]
}

/** A directory that is a list: the people of the simulated sites. */
export function listedDirectory(people: Listed[]): Directory {
  const persons = people.map(({ user, name, team }): DirectoryEntry => ({
    kind: 'User',
    name: user,
    id: user,
    title: name,
    department: team,
    active: true,
  }))
  const groups = [...new Set(people.flatMap(({ groups: own }) => own))].map(
    (name): DirectoryEntry => ({
      kind: 'Group',
      name,
      id: name,
      title: name,
      active: true,
      members: people.filter(({ groups: own }) => own.includes(name)).length,
    }),
  )
  const all = [...persons, ...groups]
  return {
    title: 'People of the simulated sites',
    simulated: true,
    complete: true,
    search({ text, kind, limit }) {
      const found = all
        .filter((entry) => (kind === undefined || entry.kind === kind) && nearness(text, entry) < 3)
        .toSorted((a, b) => nearness(text, a) - nearness(text, b) || a.title.localeCompare(b.title))
      return Promise.resolve(
        succeed({ entries: found.slice(0, limit), more: found.length > limit }),
      )
    },
    lookup(subjects) {
      const wanted = new Set(subjects.filter(({ name }) => !name.startsWith('system:')).map(keyOf))
      return Promise.resolve(
        succeed({ entries: all.filter((entry) => wanted.has(keyOf(entry))), asked: wanted }),
      )
    },
    groupMembers(name) {
      if (!groups.some((entry) => entry.name === name)) return Promise.resolve(succeed(undefined))
      return Promise.resolve(
        succeed({
          entries: persons.filter((entry) =>
            people.some(({ user, groups: own }) => user === entry.name && own.includes(name)),
          ),
          more: false,
        }),
      )
    },
  }
}
