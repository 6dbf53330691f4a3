import { DEFAULT_SETTINGS, Settings } from '../../../preload/contract/system'
import type { Outcome } from '../../kernel/outcome'
import { succeed } from '../../kernel/outcome'
import type { Log } from '../../platform/log'
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

/** The settings of this person on this machine; a value that cannot be read falls back to its default, alone. */
export function makeSettings({ file, log }: { file: SettingsFile; log: Log }): SettingsService {
  const changes = listeners()
  let now = read(file.read(), log)
  return {
    get: () => now,
    set(change) {
      const next = Settings.parse({
        ...now,
        ...Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)),
      })
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
