import { join } from 'node:path'

interface Machine { env: Readonly<Record<string, string | undefined>>; platform: string; home: string }

/** The folder that holds the local store: TAKT_STORE, else where this kind of machine keeps a person's application data. */
export function storeFolder({ env, platform, home }: Machine): string {
  const asked = env['TAKT_STORE']
  if (asked) return asked
  if (platform === 'win32') return join(env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'Takt')
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Takt')
  return join(env['XDG_DATA_HOME'] || join(home, '.local', 'share'), 'takt')
}
