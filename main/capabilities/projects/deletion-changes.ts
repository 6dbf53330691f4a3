import type { Plan } from '../../../preload/contract/operations'
import { succeed } from '../../kernel/outcome'
import { removal, reviewChanges } from '../plans'
import type { DeleteInput } from './deletion'
import type { ProjectPorts } from './ports'

const WHOLE = 'everything in it'
/** What goes, as changes of the plan, and the rights that each site wants for it. */
export async function reviewed(ports: ProjectPorts, input: DeleteInput, signal?: AbortSignal) {
  const bySite = input.namespaces.map(({ site, name, takes }) => ({
    site,
    change:
      takes === 'own-objects'
        ? {
            ...NAMESPACE,
            op: 'same' as const,
            name,
            note: `stays on ${site}; what Takt made in it goes`,
          }
        : removal({ ...NAMESPACE, name, note: `on ${site}, with ${WHOLE}` }),
  }))
  const record = removal({ apiVersion: 'takt.dev/v1alpha1', kind: 'Project', name: input.name })
  const contents = (input.contents ?? []).map(({ name }) =>
    removal({ apiVersion: 'snapshot.storage.k8s.io/v1', kind: 'VolumeSnapshotContent', name }),
  )
  const atHome = [...contents, record]
  const changes = [...bySite.map(({ change }) => change), ...atHome]
  const checks: Plan['permissions'] = []
  for (const site of new Set([input.site, ...bySite.map((one) => one.site)])) {
    const own = bySite.filter((one) => one.site === site).map(({ change }) => change)
    const checked = await reviewChanges(
      ports.sites,
      { site, changes: site === input.site ? [...own, ...atHome] : own },
      signal,
    )
    if (!checked.ok) return { changes, permissions: checked }
    checks.push(...checked.value)
  }
  return { changes, permissions: succeed(checks) }
}
const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace' }

const counted = (count: number, one: string, many = `${one}s`) =>
  count === 1 ? `1 ${one}` : `${String(count)} ${many}`
/** The project's records that go with its namespace, as people call them. */
export function recordsLost(
  { records }: Pick<ProjectPorts, 'records'>,
  { site, namespaces }: DeleteInput,
): string[] {
  const home = namespaces.find((one) => one.site === site)
  if (!home) return []
  const mine = <T extends { meta: { namespace?: string | undefined } }>(items: T[]) =>
    items.filter(({ meta }) => meta.namespace === home.name).length
  return [
    counted(mine(records.known('Environment').items), 'environment') + ' with their volumes',
    counted(mine(records.known('WorkItem').items), 'work item') + ' with their history',
    counted(mine(records.known('Revision').items), 'revision'),
    counted(mine(records.known('DataSnapshot').items), 'snapshot'),
  ].filter((text) => !text.startsWith('0 '))
}
