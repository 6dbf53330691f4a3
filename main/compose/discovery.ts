import { failure } from '../../preload/contract/failures'
import { backlogHandlers, makeBacklog } from '../capabilities/backlog'
import type { makeCapacity } from '../capabilities/capacity'
import { catalogHandlers, makeCatalog } from '../capabilities/catalog'
import {
  environmentHandlers,
  makeEnvironments,
  type EnvironmentPorts,
  type ExpiryPorts,
} from '../capabilities/environments'
import { flowHandlers, makeFlow, makeWorklog } from '../capabilities/flow'
import { gpuUsdPerHour, makeMoney, moneyHandlers } from '../capabilities/money'
import {
  makeDrafts,
  makeProjects,
  projectHandlers,
  type ProjectPorts,
} from '../capabilities/projects'
import { makeRevisions, revisionHandlers } from '../capabilities/revisions'
import type { SitesService } from '../capabilities/sites'
import {
  lakefsCommit,
  makeSnapshots,
  s3Versions,
  snapshotHandlers,
} from '../capabilities/snapshots'
import type { Clock } from '../kernel/clock'
import type { NodeFacts } from '../kernel/inventory'
import { fail } from '../kernel/outcome'
import { os } from '../platform/contract'
import type { Services } from './options'

/** The services of the discovery line. */
export function discovery({
  store,
  sites,
  records,
  operations,
  capacity,
  rented,
  load,
  stored,
  clock,
  random,
  log,
}: Services & {
  capacity: ReturnType<typeof makeCapacity>
  rented(node: NodeFacts): number | undefined
  load: EnvironmentPorts['load']
  stored: NonNullable<ProjectPorts['stored']>
}) {
  const base = { sites, records, operations, clock, random }
  const worklog = makeWorklog({ sites, records })
  const drafts = makeDrafts({ kept: store.drafts, clock })
  const projectPorts = { ...base, worklog, capacity, drafts, stored }
  const projects = makeProjects(projectPorts)
  const snapshots = makeSnapshots({
    ...base,
    versions: { lakefs: lakefsCommit, s3: realS3(sites, clock) },
  })
  const environments = makeEnvironments({
    ...base,
    worklog,
    capacity,
    snapshots,
    projects: projectPorts,
    settings: store.settings,
    load,
    log,
  })
  const revisions = makeRevisions({ ...base, worklog, environments })
  const flow = makeFlow({
    ...base,
    capacity,
    views: store.views,
    samples: store.samples,
    drafts: drafts.list,
    gpuUsdPerHour: (node, place) =>
      place === 'cloud'
        ? rented(node)
        : place === 'on-prem'
          ? gpuUsdPerHour(node, records.find('PriceBook', 'default')?.spec)
          : undefined,
  })
  const backlog = makeBacklog({ ...base, worklog })
  return {
    worklog,
    backlog,
    handlers: {
      projects: projectHandlers(os.projects, projects),
      snapshots: snapshotHandlers(os.snapshots, snapshots),
      environments: environmentHandlers(os.environments, { service: environments, clock }),
      revisions: revisionHandlers(os.revisions, revisions),
      backlog: backlogHandlers(os.backlog, backlog),
      catalog: catalogHandlers(os.catalog, makeCatalog(base)),
      flow: flowHandlers(os.flow, flow),
      money: moneyHandlers(os.money, makeMoney({ sites, records, capacity })),
    },
    /** Sees to what has outlived its time or stands idle: everybody's under the Lease, the signed-in person's own without it. */
    expiry: (told: Pick<ExpiryPorts, 'owner' | 'stewarded'>) =>
      environments.expiry((ask) => operations.start(ask), told),
    /** Follows what runs until the answer is called. */
    run: (expiry: ReturnType<typeof environments.expiry>) => environments.run(expiry),
  }
}

/** Buckets of a simulated site are simulated too: nothing outside this machine is asked about them. */
function realS3(sites: SitesService, clock: Clock): ReturnType<typeof s3Versions> {
  const ask = s3Versions(clock)
  return (location, signal) =>
    sites.states().some(({ home, simulated }) => home && simulated)
      ? Promise.resolve(
          fail(
            failure('NOT_SUPPORTED_HERE', {
              says: 'simulated sites have no object store to ask',
              remedy: 'The snapshot points at the prefix as it is.',
            }),
          ),
        )
      : ask(location, signal)
}
