import type { FoundContext, SiteState } from '../../../preload/contract/sites'
import { recordedTrouble, type Trouble } from '../../client'
import { formatAge } from '../../design'
import { words } from './words'

/** The grey part of a site's chip: kind or region, then its state or the age of its last word. */
export function chipSays(site: SiteState, now: number): string {
  const age = site.state === 'live' && !site.simulated && site.asOf ? formatAge(site.asOf, now) : undefined
  const state = site.state === 'stale' && site.asOf ? (formatAge(site.asOf, now) ?? words.states.stale) : (age ?? words.states[site.state])
  return site.meta ? `${site.meta} · ${state}` : state
}
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

export const isOnline = ({ state }: SiteState) => state === 'live' || state === 'stale' || state === 'connecting'
/** How a chip looks: raised while live and in scope, plain while live and out of scope, dashed otherwise. */
export function chipLook({ id, state }: SiteState, scope: string | null): '' | 'on' | 'dashed' {
  if (state !== 'live') return 'dashed'
  return scope === null || scope === id ? 'on' : ''
}
