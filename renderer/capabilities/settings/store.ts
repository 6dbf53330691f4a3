import { create } from 'zustand'
import { DEFAULT_SETTINGS, type Settings } from '../../../preload/contract/system'
import { intoField, lastKnown, watchInto, type Core, type Remote } from '../../client'

interface SettingsState {
  settings: Remote<Settings>
}
export const useSettingsStore = create<SettingsState>(() => ({ settings: { at: 'idle' } }))
export const watchSettings = ({ client, now }: Core, signal: AbortSignal) =>
  watchInto<Settings>(
    intoField(useSettingsStore, 'settings'),
    (options) => client.settings.watch(undefined, options),
    { signal, now },
  )
/** The settings of this person; the defaults until the core has told them. */
export const useSettings = (): Settings =>
  useSettingsStore(({ settings }) => lastKnown(settings)?.value ?? DEFAULT_SETTINGS)
