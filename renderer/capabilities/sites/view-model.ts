import type { ProgramToRun } from '../../../preload/contract/programs'
import type { AwsProfile, SiteState } from '../../../preload/contract/sites'
import { recordedTrouble, type Trouble } from '../../client'
import { formatAge } from '../../design'
import { words } from './words'

/** How old the last word of a site is once that matters, else its state. A simulated clock tells nothing about the age on this one. */
export function siteAge(site: SiteState, now: number): string {
  if (site.state === 'failed' && signInEnded(site.failure?.code)) return words.signInEnded
  if (site.failure?.code === 'SIGN_IN_WAITS') return words.waitsForYou
  const age =
    (site.state === 'live' || site.state === 'stale') && !site.simulated && site.asOf
      ? formatAge(site.asOf, now)
      : undefined
  return age ?? words.states[site.state]
}
/** The grey part of a site's chip: kind or region, then its state or age. */
export const chipSays = (site: SiteState, now: number) =>
  site.meta ? `${site.meta} · ${siteAge(site, now)}` : siteAge(site, now)
export const speedSays = (speed: number | undefined) =>
  speed === undefined ? '' : speed === 0 ? words.paused : words.times(speed)
export const siteTrouble = (site: SiteState): Trouble | undefined => recordedTrouble(site.failure)

/** What a person is asked before a context is connected: nothing, or to allow a program by its hash. */
export const consentFor = (
  program: Pick<ProgramToRun, 'allowed' | 'hash'> | undefined,
): { hash: string } | undefined =>
  program && !program.allowed ? { hash: program.hash } : undefined
/** Why a site cannot be made home; undefined where it can. */
export function whyNotHome(site: SiteState): string | undefined {
  if (site.home) return words.alreadyHome
  if (site.place !== 'on-prem') return words.notHome
  return undefined
}

/** Whether signing in waits for a person to allow a program. */
export const needsConsent = (trouble: Trouble | undefined) =>
  trouble?.failure?.code === 'PLUGIN_NEEDS_CONSENT'
export const isOnline = ({ state }: SiteState) =>
  state === 'live' || state === 'stale' || state === 'connecting'
/** How a chip looks: raised while live and in scope, plain while live and out of scope, dashed otherwise. */
export function chipLook({ id, state }: SiteState, scope: string | null): '' | 'on' | 'dashed' {
  if (state !== 'live') return 'dashed'
  return scope === null || scope === id ? 'on' : ''
}

const SIGN_IN_CODES = new Set([
  'SIGN_IN_NEEDED',
  'CREDENTIAL_REFUSED',
  'PLUGIN_FAILED',
  'AWS_PROFILE_UNUSABLE',
])
const signInEnded = (code: string | undefined) => code !== undefined && SIGN_IN_CODES.has(code)
/** The identity a person signs in to as the remedy of a trouble; undefined where that is no remedy. */
export function signInFor(
  trouble: Trouble,
  site?: Partial<SiteState>,
): { identity: string; site?: string } | undefined {
  const { failure } = trouble
  const identity =
    failure?.code === 'SIGN_IN_NEEDED'
      ? failure.data.identity
      : signInEnded(trouble.code)
        ? site?.identity?.name
        : undefined
  const of = site?.id ?? (failure?.code === 'SIGN_IN_NEEDED' ? failure.data.site : undefined)
  return identity === undefined ? undefined : { identity, ...(of !== undefined && { site: of }) }
}
/** Facts of a failure that say which kind of trouble it is, in the order people look for them. */
const CAUSES = [
  'command',
  'exitCode',
  'status',
  'error',
  'service',
  'action',
  'issuer',
  'name',
  'host',
  'proxy',
  'policy',
  'profile',
  'region',
]
/** The line under a failure: its code, and what distinguishes this one. */
export function causeLine({ code, failure }: Trouble): string {
  const data = (failure?.data ?? {}) as Record<string, unknown>
  const facts = CAUSES.flatMap((name) =>
    typeof data[name] === 'string' || typeof data[name] === 'number'
      ? [name === 'exitCode' ? `exit ${data[name]}` : String(data[name])]
      : [],
  )
  return [code, ...facts.slice(0, 4)].join(' · ')
}
/** What to pass on to somebody who can help: everything known about the failure. The core has hidden secrets in it already. */
export function diagnosisOf(
  trouble: Trouble,
  site: Partial<SiteState> | undefined,
  now: number,
): string {
  const data = (trouble.failure?.data ?? {}) as Record<string, unknown>
  const lines: [string, unknown][] = [
    ['code', trouble.code],
    ['what', trouble.says],
    ['remedy', trouble.remedy],
    ['site', site?.name],
    ['server', data['server'] ?? site?.server],
    ['signs in with', site?.identity?.name],
    ['cluster version', site?.version],
    ['time', new Date(now).toISOString()],
  ]
  const facts = Object.entries(data)
    .filter(([name]) => !['site', 'server'].includes(name))
    .map(([name, value]): [string, unknown] => [
      name,
      typeof value === 'object' ? JSON.stringify(value) : value,
    ])
  return [...lines, ...facts]
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]) => `${name}: ${String(value)}`)
    .join('\n')
}

/** An identity in the words of people: the company's name for it, without how it is kept. */
export const nameOfIdentity = (identity: string): string =>
  identity
    .replace(/^(aws-sso|oidc) /, '')
    .replace(/^https?:\/\//, '')
    .split(' ')[0] ?? identity
/** How long a code is good for, `4 min` or `38 s`; empty when it is over. */
export function leftFor(expiresAt: string | undefined, now: number): string {
  const seconds = Math.round((Date.parse(expiresAt ?? '') - now) / 1000)
  if (!(seconds > 0)) return ''
  return seconds >= 90 ? `${Math.round(seconds / 60)} min` : `${seconds} s`
}
export const profileSays = ({ kind, signedIn }: AwsProfile): string =>
  signedIn === false
    ? `${words.profileKinds[kind]}, ${words.signedOutHint}`
    : words.profileKinds[kind]

export const identityOfIssuer = ({
  issuer,
  clientId,
}: {
  issuer: string
  clientId: string
}): string => `oidc ${issuer} ${clientId}`
