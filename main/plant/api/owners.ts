import type { KubeObject } from '../types'

export interface ObjectRef {
  resource: string
  name: string
  namespace: string | undefined
}

/** Who lists whom as owner, by uid, so that collecting what a deleted object owned does not search the cluster. */
export class OwnerIndex {
  readonly #dependents = new Map<string, Map<string, ObjectRef>>()
  readonly #living = new Map<string, ObjectRef>()

  add(resource: string, object: KubeObject): void {
    const { name, namespace, uid, ownerReferences } = object.metadata
    const ref: ObjectRef = { resource, name, namespace }
    if (uid) this.#living.set(uid, ref)
    for (const owner of ownerReferences ?? []) {
      const dependents = this.#dependents.get(owner.uid) ?? new Map<string, ObjectRef>()
      dependents.set(`${resource}/${namespace ?? ''}/${name}`, ref)
      this.#dependents.set(owner.uid, dependents)
    }
  }
  remove(resource: string, object: KubeObject): void {
    const { name, namespace, uid, ownerReferences } = object.metadata
    if (uid) this.#living.delete(uid)
    for (const owner of ownerReferences ?? []) {
      const dependents = this.#dependents.get(owner.uid)
      dependents?.delete(`${resource}/${namespace ?? ''}/${name}`)
      if (dependents?.size === 0) this.#dependents.delete(owner.uid)
    }
  }
  lives(uid: string): boolean {
    return this.#living.has(uid)
  }
  find(uid: string): ObjectRef | undefined {
    return this.#living.get(uid)
  }
  dependentsOf(uid: string): ObjectRef[] {
    return [...(this.#dependents.get(uid)?.values() ?? [])]
  }
}
