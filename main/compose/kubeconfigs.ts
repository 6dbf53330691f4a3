import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import type { SettingsService } from '../capabilities/settings'

/** The files a person named, then those that kubectl would read; only the usual place may be empty. */
export function kubeconfigs(
  settings: SettingsService,
  env: Readonly<Record<string, string | undefined>>,
) {
  const home = env['HOME'] ?? env['USERPROFILE'] ?? homedir()
  const named = settings
    .get()
    .kubeconfigPaths.map((path) => ({ path: path.replace(/^~(?=[\\/])/, home), asked: true }))
  const listed = (env['KUBECONFIG'] ?? '')
    .split(delimiter)
    .filter(Boolean)
    .map((path) => ({ path, asked: true }))
  const usual = listed.length > 0 ? [] : [{ path: join(home, '.kube', 'config'), asked: false }]
  const all = [...named, ...listed, ...usual]
  return all.filter(({ path }, index) => all.findIndex((other) => other.path === path) === index)
}
