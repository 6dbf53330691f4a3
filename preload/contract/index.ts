import { backlog, catalog, revisions, snapshots } from './catalog'
import { flow, money } from './flow'
import { operations } from './operations'
import { environments, projects, records } from './projects'
import { sites } from './sites'
import { settings, system } from './system'

/** Everything the core can be asked, and nothing else: window, command line and tests speak only this. */
export const contract = { system, settings, sites, operations, records, projects, environments, catalog, snapshots, revisions, backlog, flow, money }
export type Contract = typeof contract
