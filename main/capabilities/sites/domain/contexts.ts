import type { Place } from '../../../../preload/contract/common'

export interface NamedContext {
  name: string
  file: string
}
const baseName = (file: string) => file.split(/[\\/]/).at(-1) ?? file

/** Gives one id per context: its name, and where two files use one name, the later file's name behind it. The order of files decides, as for kubectl. */
export function idGiver(): (context: NamedContext) => string {
  const taken = new Set<string>()
  return ({ name, file }) => {
    let id = name
    for (let n = 1; taken.has(id); n++)
      id = n === 1 ? `${name}@${baseName(file)}` : `${name}@${baseName(file)}-${n}`
    taken.add(id)
    return id
  }
}

const EKS = /\.([a-z0-9-]+)\.eks\.amazonaws\.com(\.cn)?$/
const CLOUDS: [RegExp, string][] = [
  [/\.azmk8s\.io$/, 'AKS'],
  [/\.k8s\.ondigitalocean\.com$/, 'DigitalOcean'],
  [/\.googleapis\.com$|\.gke\.goog$/, 'GKE'],
]

/** Where a server stands, as far as its address tells; what is not a known cloud is one's own. */
export function placeOf(server: string): { place: Place; meta: string } {
  const host = hostOf(server)
  const eks = EKS.exec(host)
  if (eks) return { place: 'cloud', meta: eks[1] ?? 'EKS' }
  const cloud = CLOUDS.find(([pattern]) => pattern.test(host))
  return cloud ? { place: 'cloud', meta: cloud[1] } : { place: 'on-prem', meta: host }
}
function hostOf(server: string): string {
  try {
    return new URL(server).hostname
  } catch {
    return server
  }
}
