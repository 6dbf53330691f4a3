import { burst } from './burst'
import { backlog, catalog, revisions, snapshots } from './catalog'
import { cloud } from './cloud'
import { cluster } from './cluster'
import { drift } from './drift-review'
import { flow, money } from './flow'
import { objects } from './objects'
import { operations } from './operations'
import { people } from './people'
import { environments, projects } from './projects'
import { records } from './record-updates'
import { replay } from './replay'
import { sessions } from './sessions'
import { sites } from './sites'
import { settings, system } from './system'
import { uploads } from './uploads'

/** Everything the core can be asked, and nothing else: window, command line and tests speak only this. */
export const contract = {
  system,
  settings,
  sessions,
  sites,
  operations,
  records,
  projects,
  environments,
  catalog,
  snapshots,
  revisions,
  backlog,
  flow,
  money,
  cluster,
  objects,
  people,
  burst,
  replay,
  cloud,
  drift,
  uploads,
}
export type Contract = typeof contract
