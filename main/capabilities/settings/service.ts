import { DEFAULT_SETTINGS, Settings } from '../../../preload/contract/system'
import type { Outcome } from '../../kernel/outcome'
import { succeed } from '../../kernel/outcome'
import type { Log } from '../../platform/log'
import type { AddressSecrets } from '../../platform/secrets/address-secrets'
import { listeners } from '../../platform/streams/latest'

/** Where settings are kept: the shell's own file on the desktop, a row of the local store elsewhere. */
export interface SettingsFile {
  read(): unknown
  write(value: Record<string, unknown>): Outcome<void> | void
}
export interface SettingsService {
  get(): Settings
  set(change: { [K in keyof Settings]?: Settings[K] | undefined }): Outcome<Settings>
  onChange(listener: () => void): () => void
}

export interface SettingPorts {
  file: SettingsFile
  log: Log
  /** Where user names and passwords of addresses are kept instead. */
  addresses: Pick<AddressSecrets, 'take'>
}
/** The settings of this person on this machine; a value that cannot be read falls back to its default, alone. */
export function makeSettings({ file, log, addresses }: SettingPorts): SettingsService {
  const changes = listeners()
  const takenOut = (settings: Settings): Settings => ({
    ...settings,
    proxy: addresses.take('proxy', settings.proxy),
  })
  const stored = read(file.read(), log)
  let now = takenOut(stored)
  // A password that an earlier version wrote down does not stay there.
  if (now.proxy !== stored.proxy) file.write(now)
  return {
    get: () => now,
    set(change) {
      const next = takenOut(
        Settings.parse({
          ...now,
          ...Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)),
        }),
      )
      const written = file.write(next)
      if (written && !written.ok) return written
      now = next
      changes.tell()
      return succeed(now)
    },
    onChange: changes.add,
  }
}

function read(stored: unknown, log: Log): Settings {
  const given =
    typeof stored === 'object' && stored !== null ? (stored as Record<string, unknown>) : {}
  const kept = Object.entries(Settings.shape).flatMap(([name, schema]) => {
    if (given[name] === undefined) return []
    const parsed = schema.safeParse(given[name])
    if (!parsed.success)
      log.warn('A setting could not be read and has its default.', { setting: name })
    return parsed.success && parsed.data !== undefined ? [[name, parsed.data]] : []
  })
  return Settings.parse({ ...DEFAULT_SETTINGS, ...Object.fromEntries(kept) })
}
