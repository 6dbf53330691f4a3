import type { Check } from '../../../preload/contract/system'
import { explain } from '../../../preload/contract/explain'
import type { Failure } from '../../../preload/contract/failures'
import { canGrant } from '../../../preload/contract/rights'
import { redactText } from '../../platform/log'
import type { Vault } from '../../platform/secrets/vault'
import { sqliteVersion, type Store } from '../../platform/store'
import type { SitesService } from '../sites'
import type { z } from 'zod'

export interface DiagnosticsPorts {
  store: Pick<Store, 'file' | 'settings'>
  sites: Pick<SitesService, 'contexts' | 'allRead' | 'states' | 'homeId' | 'review'>
  vault: Vault
  node: string
  /** The version of the table engine, or why it cannot be loaded. */
  duckdb(): Promise<{ version: string } | { missing: string }>
  /** What the host knows about a desktop runtime. */
  electron: string | undefined
}
type One = z.infer<typeof Check>
interface Report {
  checks: One[]
  engines: { sqlite: string; duckdb: string }
}
const check = (
  id: string,
  title: string,
  told: Pick<One, 'result' | 'says'> & { remedy?: string },
): One => ({ id, title, ...told, says: redactText(told.says) })
const told = (result: One['result'], failure: Failure) => ({ result, ...explain(failure) })

/** What is installed, reachable and permitted, and how to mend the rest. Opens no site that is not open. */
export async function diagnose(ports: DiagnosticsPorts, signal?: AbortSignal): Promise<Report> {
  const sqlite = sqliteVersion()
  const duckdb = await ports.duckdb()
  const engine =
    'version' in duckdb
      ? check('duckdb', 'Tables (DuckDB)', { result: 'ok', says: duckdb.version })
      : check('duckdb', 'Tables (DuckDB)', {
          result: 'failed',
          says: `It could not be loaded: ${duckdb.missing}`,
          remedy:
            'Install Takt again for this kind of machine; everything but drift works without it.',
        })
  return {
    engines: { sqlite, duckdb: 'version' in duckdb ? duckdb.version : 'missing' },
    checks: [
      check(
        'node',
        'Node',
        Number(/^v(\d+)/.exec(ports.node)?.[1]) >= 24
          ? { result: 'ok', says: ports.node }
          : {
              result: 'warning',
              says: `${ports.node}; made for 24`,
              remedy: 'Start Takt with npm start, which brings its own Node.',
            },
      ),
      check('sqlite', 'Local store (SQLite)', { result: 'ok', says: sqlite }),
      engine,
      storeCheck(ports),
      vaultCheck(ports.vault),
      check(
        'electron',
        'Desktop runtime',
        ports.electron === undefined
          ? { result: 'unknown', says: 'This host does not know about a desktop runtime.' }
          : { result: 'ok', says: ports.electron },
      ),
      ...(await kubeconfigChecks(ports)),
      ...siteChecks(ports),
      ...(await rightsChecks(ports, signal)),
    ],
  }
}

function storeCheck({ store }: DiagnosticsPorts): One {
  const written = store.settings.set('diagnostics.probe', true)
  if (!written.ok) return check('store', 'Store', told('failed', written.failure))
  return check('store', 'Store', { result: 'ok', says: `${store.file}, held by this process` })
}

function vaultCheck({ keeps, backend }: Vault): One {
  if (keeps) return check('vault', 'Keyring', { result: 'ok', says: backend })
  return check('vault', 'Keyring', {
    result: 'warning',
    says:
      backend === 'none'
        ? 'This host has no keyring: secrets stay in memory until Takt closes.'
        : `${backend} would keep secrets as plain text, so they stay in memory until Takt closes.`,
    remedy: 'Use the desktop window with a keyring to keep them.',
  })
}

async function kubeconfigChecks({ sites }: DiagnosticsPorts): Promise<One[]> {
  await sites.allRead()
  const { total, files, unreadable } = sites.contexts({ limit: 0 })
  return [
    check(
      'kubeconfig',
      'Kubeconfig files',
      total > 0
        ? { result: 'ok', says: `${total} contexts in ${files.join(', ')}` }
        : {
            result: 'warning',
            says: 'No context was found.',
            remedy: 'Add a kubeconfig in Settings, set KUBECONFIG, or open the plant.',
          },
    ),
    ...unreadable.map((failure, index) =>
      check(`kubeconfig-${index + 1}`, 'Kubeconfig file', told('failed', failure)),
    ),
  ]
}

function siteChecks({ sites }: DiagnosticsPorts): One[] {
  return sites.states().flatMap(({ id, state, failure, version, user, prepared, offers }) => {
    if (state === 'idle') return []
    const title = `Site ${id}`
    if (state !== 'live')
      return [
        check(
          `site-${id}`,
          title,
          failure
            ? told(state === 'failed' ? 'failed' : 'warning', failure as Failure)
            : { result: 'unknown', says: state },
        ),
      ]
    const optional = ['notebooks', 'snapshots', 'kueue']
      .map((name) => `${name}: ${offers.includes(name) ? 'yes' : 'no'}`)
      .join(', ')
    return [
      check(`site-${id}`, title, {
        result: 'ok',
        says: `${version ?? 'answers'}, signed in${user ? ` as ${user}` : ''}; ${optional}`,
      }),
      ...(prepared === 'no'
        ? [
            check(`prepared-${id}`, `${title}: shared records`, {
              result: 'warning',
              says: "It does not know Takt's records.",
              remedy: 'Needed for the home site only: use "Prepare this cluster".',
            }),
          ]
        : []),
    ]
  })
}

const ASKS = [
  { says: 'read projects', verb: 'list', group: 'takt.dev', resource: 'projects' },
  { says: 'ask for a project', verb: 'create', group: 'takt.dev', resource: 'projects' },
  { says: 'create namespaces (leads)', verb: 'create', group: '', resource: 'namespaces' },
  { says: 'set quotas (leads)', verb: 'create', group: '', resource: 'resourcequotas' },
  { says: 'see nodes', verb: 'list', group: '', resource: 'nodes' },
]
async function rightsChecks({ sites }: DiagnosticsPorts, signal?: AbortSignal): Promise<One[]> {
  const home = sites.homeId()
  if (home === undefined)
    return [
      check('home', 'Home site', {
        result: 'warning',
        says: 'No site holds the shared records yet.',
        remedy: 'Open the plant or connect a cluster and make it home.',
      }),
    ]
  const reviewed = await sites.review(home, ASKS, signal)
  if (!reviewed.ok) return [check('home', `Home site ${home}`, told('warning', reviewed.failure))]
  return reviewed.value.map(({ says, allowed, grantedBy }, index) =>
    check(
      `right-${index + 1}`,
      `May ${says} on ${home}`,
      allowed === 'yes'
        ? { result: 'ok', says: 'yes' }
        : {
            result: allowed === 'no' ? 'warning' : 'unknown',
            says: allowed,
            remedy: canGrant(grantedBy),
          },
    ),
  )
}
