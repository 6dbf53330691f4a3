import { useEffect, useSyncExternalStore } from 'react'
import { keySettings } from '../design'
import { useSettings, useSettingsStore } from '../capabilities/settings/store'

type Choice = 'system' | 'light' | 'dark'
const KEY = 'takt-theme'
const dark = () => matchMedia('(prefers-color-scheme: dark)')
/** The last choice on this machine, so that the first paint has its colours before the core has answered. */
export function rememberedTheme(): Choice {
  try {
    const kept = localStorage.getItem(KEY)
    return kept === 'light' || kept === 'dark' ? kept : 'system'
  } catch {
    return 'system'
  }
}
const remember = (choice: Choice) => {
  try {
    localStorage.setItem(KEY, choice)
  } catch {
    /* a page without storage asks the core each time */
  }
}
export const resolveTheme = (choice: Choice): 'light' | 'dark' =>
  choice === 'system' ? (dark().matches ? 'dark' : 'light') : choice

const subscribe = (changed: () => void) => {
  dark().addEventListener('change', changed)
  return () => dark().removeEventListener('change', changed)
}
/** Applies theme, density and single keys to the page and answers the theme. */
export function useTheme(): 'light' | 'dark' {
  const known = useSettingsStore(({ settings }) => settings.at === 'ready')
  const { theme, density, singleKeys } = useSettings()
  const choice = known ? theme : rememberedTheme()
  useSyncExternalStore(subscribe, () => dark().matches)
  const resolved = resolveTheme(choice)
  useEffect(() => {
    document.documentElement.dataset['theme'] = resolved
    if (known) remember(choice)
  }, [resolved, choice, known])
  useEffect(() => {
    document.documentElement.dataset['density'] = density
    keySettings.singleKeys = singleKeys
  }, [density, singleKeys])
  return resolved
}
