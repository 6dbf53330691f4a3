import type { ObjectRef, TreeNode } from '../../../preload/contract/objects'

/** What is inspected, as one text: another object is another key. */
export const keyOf = ({ site, resource, namespace, name, uid }: ObjectRef): string =>
  [site, resource.group, resource.version, resource.plural, namespace ?? '', name, uid ?? ''].join(
    '/',
  )
/** A node of an owner tree as something that can be opened; undefined where its kind is not served. */
export function refOfNode(
  site: string,
  { resource, namespace, name, uid }: TreeNode,
): ObjectRef | undefined {
  return (
    resource && {
      site,
      resource,
      name,
      ...(namespace !== undefined && { namespace }),
      ...(uid !== '' && { uid }),
    }
  )
}
