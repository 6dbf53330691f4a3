import type { TaktRecord } from '../../preload/contract/records'
import type { SiteState } from '../../preload/contract/sites'
import type { IconName } from '../design'

/** A row of the palette: verb first, object complete; with a reason it cannot be chosen. It opens a place, never runs a change. */
export interface Entry {
  id: string
  group: 'screen' | 'command' | 'record' | 'site' | 'help'
  icon: IconName
  says: string
  note?: string
  keys?: string
  reason?: string
  words: string
  href?: string
  act?: 'drawer' | 'keys'
}
/** A job that waits for GPUs, as the map shows it. */
export interface WaitingName {
  site: string
  namespace: string
  name: string
}
export interface Sources {
  records: Iterable<TaktRecord>
  waiting?: readonly WaitingName[]
  sites: readonly SiteState[]
  screens: readonly { id: string; title: string; key?: string; icon: IconName }[]
}

const record = (
  kind: string,
  name: string,
  parts: Omit<Entry, 'id' | 'group' | 'words'> & { more?: string },
): Entry => ({
  id: `${kind}/${parts.href ?? name}`,
  group: 'record',
  words: `${name} ${parts.says} ${parts.note ?? ''} ${parts.more ?? ''}`,
  ...parts,
})
const at = (...path: string[]) => `#/${path.map(encodeURIComponent).join('/')}`

function fromRecord(item: TaktRecord): Entry | undefined {
  const { name, namespace = '' } = item.meta
  switch (item.kind) {
    case 'Project':
      return record('project', name, {
        icon: 'search',
        says: item.spec.title || name,
        note: `project of ${item.spec.owner}`,
        more: item.spec.question,
        href: at('discover', name),
      })
    case 'WorkItem':
      return record('work', name, {
        icon: 'line',
        says: `#${name}`,
        note: item.spec.title,
        more: item.spec.question,
        href: at('line', namespace, name),
      })
    case 'Environment':
      return record('environment', name, {
        icon: 'cluster',
        says: name,
        note: `environment in ${namespace}, ${item.spec.size.name}`,
        more: item.spec.owner,
        href: at('discover', namespace, name),
      })
    case 'DataSource':
      return record('source', name, {
        icon: 'data',
        says: item.spec.title || name,
        note: `data, ${item.spec.kind}`,
        more: (item.spec.tags ?? []).join(' '),
        href: `${at('data')}?source=${encodeURIComponent(name)}`,
      })
    case 'Tool':
      return record('tool', name, {
        icon: 'settings',
        says: `${item.spec.title} ${item.spec.version}`,
        note: `tool, ${item.spec.stage}`,
        href: `${at('data')}?tool=${encodeURIComponent(name)}`,
      })
    default:
      return undefined
  }
}
/** Staying or going is always a question of one job; the row opens its plan. */
function moves(
  { sites, waiting = [] }: Sources,
  command: (id: string, says: string, parts: Partial<Entry>) => Entry,
): Entry[] {
  const cloud = sites.find(({ place }) => place === 'cloud')
  return waiting.map(({ site, namespace, name }) =>
    command(`move/${site}/${namespace}/${name}`, `Move ${name} to ${cloud?.name ?? 'the cloud'}`, {
      icon: 'burst',
      note: namespace,
      words: `move ${name} to ${cloud?.name ?? ''} aws cloud ${namespace}`,
      ...(cloud
        ? { href: `${at('burst', 'find', site, namespace, name)}?plan=1` }
        : { reason: 'No cloud site is connected.' }),
    }),
  )
}
function commands(sources: Sources): Entry[] {
  const { sites } = sources
  const home = sites.some((site) => site.home)
  const needsHome = home ? {} : { reason: 'Open the plant or connect a cluster first.' }
  const command = (id: string, says: string, parts: Partial<Entry>): Entry => ({
    id: `command/${id}`,
    group: 'command',
    icon: 'right',
    says,
    words: says,
    ...parts,
  })
  return [
    command('new', 'New project', {
      icon: 'plus',
      keys: 'N',
      href: at('discover', 'new'),
      ...needsHome,
    }),
    command('connect', 'Connect a cluster', { href: at('connect') }),
    command('snapshot', 'Take a snapshot of a data source', { href: at('data'), ...needsHome }),
    command('tool', 'Bring a tool', { href: `${at('data')}?new=tool`, ...needsHome }),
    ...sites.map((site) =>
      command(`prepare/${site.id}`, `Prepare ${site.name}`, {
        href: `${at('settings')}?site=${encodeURIComponent(site.id)}`,
        ...(site.prepared === 'yes' && { reason: 'It is prepared already.' }),
      }),
    ),
    ...moves(sources, command),
    command('operations', 'Show operations', { keys: 'Ctrl J', act: 'drawer' }),
    command('theme', 'Change the theme, density or keys', { href: at('settings') }),
  ]
}
/** Everything that can be found, before anything is typed. */
export function allEntries(sources: Sources): Entry[] {
  const screens = sources.screens.map(({ id, title, key, icon }): Entry => ({
    id: `screen/${id}`,
    group: 'screen',
    icon,
    says: title,
    note: 'screen',
    words: title,
    href: at(id),
    ...(key && { keys: `G ${key.toUpperCase()}` }),
  }))
  const sites = sources.sites.map(({ id, name, meta }): Entry => ({
    id: `site/${id}`,
    group: 'site',
    icon: 'cluster',
    says: `/${name}`,
    note: meta,
    words: name,
    href: `${at('map')}?site=${encodeURIComponent(id)}`,
  }))
  const records = [...sources.records]
    .map(fromRecord)
    .filter((entry): entry is Entry => entry !== undefined)
  const help: Entry = {
    id: 'help/keys',
    group: 'help',
    icon: 'more',
    says: 'Keyboard',
    note: 'every key',
    words: 'keyboard keys help',
    keys: '?',
    act: 'keys',
  }
  return [...screens, ...commands(sources), ...records, ...sites, help]
}
const people = (sources: Sources) => [
  ...new Set(
    [...sources.records].flatMap((item) =>
      item.kind === 'Project' || item.kind === 'WorkItem' ? [item.spec.owner] : [],
    ),
  ),
]

const MOST = 40
/** What a query finds. `>` commands, `@` person, `#` work item, `/` site, `?` help; plain words search everything. */
export function findEntries(query: string, sources: Sources): Entry[] {
  const [sign = '', rest] = /^[>@#/?]/.test(query) ? [query[0], query.slice(1)] : ['', query]
  if (sign === '@')
    return rank(
      people(sources).map((person): Entry => ({
        id: `person/${person}`,
        group: 'record',
        icon: 'person',
        says: `@${person}`,
        note: 'their work items',
        words: person,
        href: `${at('line')}?owner=${encodeURIComponent(person)}`,
      })),
      rest,
    )
  const all = allEntries(sources)
  const kept =
    sign === '>'
      ? all.filter(({ group }) => group === 'command')
      : sign === '#'
        ? all.filter(({ id }) => id.startsWith('work/'))
        : sign === '/'
          ? all.filter(({ group }) => group === 'site')
          : sign === '?'
            ? all.filter(({ group }) => group === 'help')
            : all
  if (!sign && rest.trim() === '')
    return all.filter(({ group }) => group === 'command' || group === 'screen').slice(0, MOST)
  return rank(kept, rest)
}
/** Every word typed has to occur; a name that begins with the first of them comes first. */
function rank(entries: readonly Entry[], typed: string): Entry[] {
  const wanted = typed.toLowerCase().split(/\s+/).filter(Boolean)
  const score = (entry: Entry) => {
    const text = entry.words.toLowerCase(),
      says = entry.says.toLowerCase().replace(/^[#@/]/, '')
    if (!wanted.every((word) => text.includes(word) || says.includes(word))) return undefined
    const [first = ''] = wanted
    return says.startsWith(first) ? 0 : says.includes(first) ? 1 : 2
  }
  return entries
    .map((entry, index) => ({ entry, index, score: score(entry) }))
    .filter(
      (found): found is { entry: Entry; index: number; score: number } => found.score !== undefined,
    )
    .sort((a, b) => a.score - b.score || a.index - b.index)
    .slice(0, MOST)
    .map(({ entry }) => entry)
}
