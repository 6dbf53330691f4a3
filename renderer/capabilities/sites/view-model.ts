import type { FoundContext, SiteState } from '../../../preload/contract/sites'
import { recordedTrouble, type Trouble } from '../../client'
import { formatAge } from '../../design'
import { words } from './words'

/** How old the last word of a site is once that matters, else its state. A simulated clock tells nothing about the age on this one. */
export function siteAge(site: SiteState, now: number): string {
  const age = (site.state === 'live' || site.state === 'stale') && !site.simulated && site.asOf ? formatAge(site.asOf, now) : undefined
  return age ?? words.states[site.state]
}
/** The grey part of a site's chip: kind or region, then its state or age. */
export const chipSays = (site: SiteState, now: number) => (site.meta ? `${site.meta} · ${siteAge(site, now)}` : siteAge(site, now))
export const speedSays = (speed: number | undefined) => (speed === undefined ? '' : speed === 0 ? words.paused : words.times(speed))
export const siteTrouble = (site: SiteState): Trouble | undefined => recordedTrouble(site.failure)

/** What a person is asked before a context is connected: nothing, or to allow a program by its hash. */
export function consentFor(context: FoundContext): { command: string; hash: string } | undefined {
  return context.plugin && !context.plugin.allowed ? { command: context.plugin.command, hash: context.plugin.hash } : undefined
}
/** Why a site cannot be made home; undefined where it can. */
export function whyNotHome(site: SiteState): string | undefined {
  if (site.home) return words.alreadyHome
  if (site.place !== 'on-prem') return words.notHome
  return undefined
}

/** Whether signing in waits for a person to allow a program. */
export const needsConsent = (trouble: Trouble | undefined) => trouble?.failure?.code === 'PLUGIN_NEEDS_CONSENT'
export const isOnline = ({ state }: SiteState) => state === 'live' || state === 'stale' || state === 'connecting'
/** How a chip looks: raised while live and in scope, plain while live and out of scope, dashed otherwise. */
export function chipLook({ id, state }: SiteState, scope: string | null): '' | 'on' | 'dashed' {
  if (state !== 'live') return 'dashed'
  return scope === null || scope === id ? 'on' : ''
}
