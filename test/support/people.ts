import { PEOPLE, type Duty, type Somebody } from '../../main/plant'
import type { Client } from '../cluster/stack/client'

/** A cluster that lets several people in: the plant when it is served, or a real API server. */
export interface SharedCluster {
  admin: Client
  clientFor(user: string, groups?: string[]): Promise<Client>
  kubeconfigFor(user: string, groups?: string[]): Promise<string>
}
export interface ClusterPerson extends Somebody {
  /** Plain requests as this person. */
  client: Client
  /** The kubeconfig's text. */
  kubeconfig: string
}
export type ClusterPeople = Record<Duty, [ClusterPerson, ...ClusterPerson[]]>

const DUTIES: Duty[] = ['lead', 'engineer', 'analyst', 'data-owner', 'auditor', 'none', 'admin']
/** The same people on either kind of cluster, by what they do. */
export async function people(cluster: SharedCluster): Promise<ClusterPeople> {
  const seated = await Promise.all(
    PEOPLE.map(async (person): Promise<ClusterPerson> => {
      const { user, groups } = person
      const [client, kubeconfig] = await Promise.all([
        cluster.clientFor(user, groups),
        cluster.kubeconfigFor(user, groups),
      ])
      return { ...person, client, kubeconfig }
    }),
  )
  const byDuty = DUTIES.map((duty) => [duty, seated.filter(({ role }) => role === duty)] as const)
  for (const [duty, those] of byDuty) if (those.length === 0) throw new Error(`nobody is ${duty}`)
  return Object.fromEntries(byDuty) as unknown as ClusterPeople
}
