import { z } from 'zod'
import { failure } from '../../../preload/contract/failures'
import { Project } from '../../../preload/contract/records'
import { isRequested, type ProjectSpec } from '../../../preload/contract/records/project'
import { mergePatchOf, patchOf } from '../../kernel/merge-patch'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import type { KubeClient, KubeObject } from '../../platform/kubernetes/types'
import { checkProject } from './domain/check'
import { changedBindings } from './domain/manifests'
import { mergeProject, type Keep, type Merge } from './domain/merge'
import { CHANGED_BY } from './operation'
import { factsOf } from './plan'
import type { ProjectPorts } from './ports'
import { applyOne } from '../plans'

export interface Edit {
  name: string
  basedOn: { resourceVersion: string; spec: ProjectSpec }
  spec: ProjectSpec
  keep?: Keep | undefined
}
const TRIES = 4
const Raw = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  spec: Project.shape.spec,
  status: Project.shape.status.catch({}),
  metadata: z.looseObject({
    name: z.string(),
    uid: z.string().optional(),
    resourceVersion: z.string(),
    annotations: z.record(z.string(), z.string()).optional(),
  }),
})
type Raw = z.infer<typeof Raw>

/** Changes a project from the version that was read, merging with what others changed since. */
export async function edit(
  ports: Pick<ProjectPorts, 'sites' | 'records'>,
  wanted: Edit,
  signal?: AbortSignal,
): Promise<Outcome<{ resourceVersion: string; merged: string[] }>> {
  const home = ports.sites.home()
  if (!home.ok) return home
  const who = await home.value.whoAmI(signal)
  if (!who.ok) return who
  for (let tried = 1; ; tried++) {
    const raw = await home.value.get(
      ports.records.resource('Project'),
      { name: wanted.name },
      Raw,
      signal,
    )
    if (!raw.ok) return raw
    if (!raw.value) return fail(failure('NOT_FOUND', { kind: 'project', name: wanted.name }))
    const merge = merged(wanted, raw.value)
    if (!merge.ok) return merge
    const refused = refusedFields(ports, {
      before: raw.value.spec,
      after: merge.value.spec,
      now: home.value.clock.now(),
    })
    if (refused) return refused
    const written = await write(ports, home.value, {
      raw: raw.value,
      spec: merge.value.spec,
      by: who.value.user,
      signal,
    })
    if (written.ok)
      return succeed({
        resourceVersion: written.value.metadata.resourceVersion ?? '',
        merged: merge.value.merged,
      })
    if (written.failure.code !== 'CONFLICT' || tried === TRIES) return written
  }
}

function merged({ name, basedOn, spec, keep }: Edit, theirs: Raw): Outcome<Merge> {
  const merge = mergeProject(basedOn.spec, { mine: spec, theirs: theirs.spec }, keep)
  if (merge.conflicts.length === 0) return succeed(merge)
  return fail(
    failure('CONFLICT', {
      kind: 'project',
      name,
      theirs: theirs.metadata.annotations?.[CHANGED_BY] ?? 'Somebody else',
      resourceVersion: theirs.metadata.resourceVersion,
      fields: merge.conflicts,
    }),
  )
}

// Only what the edit brings in is held against it: a project that is overdue may still be renamed.
function refusedFields(
  ports: Pick<ProjectPorts, 'sites' | 'records'>,
  { before, after, now }: { before: ProjectSpec; after: ProjectSpec; now: number },
) {
  const facts = factsOf(ports, now)
  const old = new Set(checkProject(before, facts).map(({ says }) => says))
  const issues = checkProject(after, facts).filter(({ says }) => !old.has(says))
  return issues.length > 0
    ? fail(
        failure('INVALID', {
          issues: issues.map(({ says, remedy }) => ({ path: '', says: `${says} ${remedy}` })),
        }),
      )
    : undefined
}

interface Writing {
  raw: Raw
  spec: ProjectSpec
  by: string
  signal: AbortSignal | undefined
}
async function write(
  { records }: Pick<ProjectPorts, 'records'>,
  home: KubeClient,
  { raw, spec, by, signal }: Writing,
): Promise<Outcome<KubeObject>> {
  const options = signal ? { signal } : {}
  const { name } = raw.metadata
  // A request has no namespace yet to bind anybody in.
  const bindings = isRequested(raw.status) ? [] : changedBindings(name, raw.spec, spec)
  // Rights are tried first, so that a refusal leaves the record as it was.
  for (const binding of bindings) {
    const tried = await applyOne(home, binding, { dryRun: true, ...options })
    if (!tried.ok) return tried
  }
  const changed = {
    spec: mergePatchOf(raw.spec, spec),
    metadata: { annotations: { [CHANGED_BY]: by } },
  }
  const done = await home.mergePatch(
    records.resource('Project'),
    { name },
    { body: patchOf(raw, changed), ...options },
  )
  if (!done.ok) return done
  for (const binding of bindings) {
    const bound = await applyOne(home, binding, options)
    if (!bound.ok) return bound
  }
  return done
}
