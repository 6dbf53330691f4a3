import { z } from 'zod'
import type { OutsideBinding } from '../../../preload/contract/people'
import { succeed, type Outcome } from '../../kernel/outcome'
import { KUBE } from '../plans'
import { boundMembers } from '../projects'
import { boundOutside } from './domain/outside'
import type { PeoplePorts } from './ports'

const Binding = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  roleRef: z.looseObject({ kind: z.string(), name: z.string() }),
  subjects: z
    .array(z.looseObject({ kind: z.string(), name: z.string(), namespace: z.string().optional() }))
    .nullish()
    .transform((subjects) => subjects ?? []),
})
const MOST = 200

/** Rights in a project's namespace that its members do not explain. */
export async function outsideBindings(
  { sites, records }: Pick<PeoplePorts, 'sites' | 'records'>,
  project: string,
  signal?: AbortSignal,
): Promise<Outcome<{ bound: OutsideBinding[]; more: number }>> {
  const read = await records.read('Project', { name: project }, signal)
  if (!read.ok) return read
  const { namespace } = read.value.status
  if (namespace === undefined) return succeed({ bound: [], more: 0 })
  const home = sites.home()
  if (!home.ok) return home
  const listed = await home.value.list(KUBE.roleBindings, { namespace }, Binding, signal)
  if (!listed.ok) return listed
  const bound = boundOutside(
    listed.value.map(({ metadata, roleRef, subjects }) => ({
      name: metadata.name,
      roleRef,
      subjects,
    })),
    boundMembers(read.value.spec),
  )
  return succeed({ bound: bound.slice(0, MOST), more: Math.max(0, bound.length - MOST) })
}
