import { belongs } from '../capabilities/records'
import type { Services } from './options'

/** The projects that whoever is signed in to the home site owns or is a member of: namespaces of the same names, on every site. */
export function ownProjects({ sites, records }: Pick<Services, 'sites' | 'records'>): string[] {
  const me = sites.whoIs(sites.homeId() ?? '')
  return me
    ? records
        .known('Project')
        .items.filter((project) => belongs(project, me))
        .map(({ meta }) => meta.name)
    : []
}
