import type { KubeObject, Resource } from './types'

interface At {
  namespace?: string | undefined
  name?: string | undefined
  subresource?: string | undefined
}

/** The path under which an API server serves a resource. */
export function pathOf(
  { group, version, plural }: Resource,
  { namespace, name, subresource }: At = {},
): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`
  return (
    [
      root,
      ...(namespace ? ['namespaces', namespace] : []),
      plural,
      ...(name ? [name] : []),
      ...(subresource ? [subresource] : []),
    ]
      // A lone half of a letter is no text that an address can carry.
      .map((part, i) => (i === 0 ? part : encodeURIComponent(part.toWellFormed())))
      .join('/')
  )
}

export const apiVersionOf = ({ group, version }: Resource): string =>
  group === '' ? version : `${group}/${version}`
export const refOf = (object: KubeObject) => ({
  name: object.metadata.name,
  namespace: object.metadata.namespace,
})
