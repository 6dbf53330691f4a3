import { failure } from '../../../preload/contract/failures'
import type { ObjectRef } from '../../../preload/contract/objects'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import { AnyObject } from '../../platform/kubernetes/objects'
import type { KubeClient } from '../../platform/kubernetes/types'
import { readYaml, writeYaml } from '../../platform/yaml'
import { hidden, written } from './domain/redact'
import type { Raw } from './domain/raw'

export interface Found {
  client: KubeClient
  raw: Raw
}

/** The object a reference names, as it is now. Fails where it is gone, or is another one than was meant. */
export async function readObject(
  client: KubeClient,
  ref: ObjectRef,
  signal?: AbortSignal,
): Promise<Outcome<Raw>> {
  const found = await client.get(ref.resource, ref, AnyObject, signal)
  if (!found.ok) return found
  if (!found.value) return fail(failure('NOT_FOUND', { kind: ref.resource.plural, name: ref.name }))
  const raw = found.value as Raw
  if (ref.uid !== undefined && raw.metadata.uid !== ref.uid)
    return fail(
      failure('PLAN_IS_STALE', {
        title: `${raw.kind} ${ref.name}`,
        differs: [`it was replaced by another ${raw.kind} of the same name`],
      }),
    )
  return succeed(raw)
}

export interface Manifest {
  yaml: string
  resourceVersion: string
  uid: string
  hidden: string[]
}
const MOST_BASES = 50

/** Objects as text, each remembered for as long as somebody may be editing it: what others change meanwhile is told from what the person changed. */
export function makeManifests() {
  const bases = new Map<string, Raw>()
  const remember = (raw: Raw) => {
    bases.set(`${raw.metadata.uid ?? ''}/${raw.metadata.resourceVersion ?? ''}`, raw)
    const [oldest] = bases.keys()
    if (bases.size > MOST_BASES && oldest !== undefined) bases.delete(oldest)
  }
  return {
    async read(
      client: KubeClient,
      ref: ObjectRef,
      signal?: AbortSignal,
    ): Promise<Outcome<Manifest>> {
      const found = await readObject(client, ref, signal)
      if (!found.ok) return found
      const shown = hidden(written(found.value))
      remember({
        ...shown.object,
        metadata: {
          ...shown.object.metadata,
          uid: found.value.metadata.uid ?? '',
          resourceVersion: found.value.metadata.resourceVersion ?? '',
        },
      })
      return succeed({
        yaml: writeYaml(shown.object),
        resourceVersion: found.value.metadata.resourceVersion ?? '',
        uid: found.value.metadata.uid ?? '',
        hidden: shown.paths,
      })
    },
    /** The text as it was read; undefined where it is not remembered any more. */
    base: (uid: string, resourceVersion: string): Raw | undefined => {
      const found = bases.get(`${uid}/${resourceVersion}`)
      return found && written(found)
    },
  }
}
export type Manifests = ReturnType<typeof makeManifests>
export const plain = (raw: Raw): Record<string, unknown> => ({ ...raw })

/** Reads one object out of text; what is wrong with the text is told with its line. */
export function parseManifest(text: string, live: Raw): Outcome<Raw> {
  const [document, another] = readYaml(text)
  if (!document) return invalid('yaml', 'it is no Kubernetes object')
  if ('says' in document) return invalid(`line ${String(document.line)}`, document.says)
  if (another) return invalid('yaml', 'it holds several documents, and one object is changed here')
  const parsed = AnyObject.safeParse(document.value)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    return invalid(issue?.path.join('.') || 'yaml', issue?.message ?? 'it is no Kubernetes object')
  }
  const edited = parsed.data as Raw
  const moved = identity(edited, live).find(([, mine, theirs]) => mine !== theirs)
  return moved
    ? invalid(moved[0], `must stay ${moved[2] ?? ''}: this changes the object, it makes no new one`)
    : succeed(edited)
}
const identity = (
  edited: Raw,
  live: Raw,
): [path: string, mine: string | undefined, theirs: string | undefined][] => [
  ['apiVersion', edited.apiVersion, live.apiVersion],
  ['kind', edited.kind, live.kind],
  ['metadata.name', edited.metadata.name, live.metadata.name],
  [
    'metadata.namespace',
    edited.metadata.namespace ?? live.metadata.namespace,
    live.metadata.namespace,
  ],
]
const invalid = (path: string, says: string) =>
  fail(failure('INVALID', { issues: [{ path, says }] }))
