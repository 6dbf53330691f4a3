import type { GroupKind } from '../types'
import { apiVersionOf, type Resource } from './resource'

/** Which kinds the server knows now: the built-in ones and those of established CustomResourceDefinitions. */
export class Registry {
  readonly #byPath = new Map<string, Resource>()
  readonly #byKind = new Map<string, Resource>()
  /** Raised whenever the set of kinds changes. */
  generation = 0

  add(resource: Resource): void {
    this.#byPath.set(`${resource.group}/${resource.version}/${resource.plural}`, resource)
    this.#byKind.set(`${resource.group}/${resource.kind}`, resource)
    this.generation += 1
  }
  remove(resource: Resource): void {
    this.#byPath.delete(`${resource.group}/${resource.version}/${resource.plural}`)
    this.#byKind.delete(`${resource.group}/${resource.kind}`)
    this.generation += 1
  }
  at(group: string, version: string, plural: string): Resource | undefined {
    return this.#byPath.get(`${group}/${version}/${plural}`)
  }
  ofKind({ group, kind }: GroupKind): Resource | undefined {
    return this.#byKind.get(`${group}/${kind}`)
  }
  /** The kind stored under a key of the store, whatever version it is served in. */
  ofKey(key: string): Resource | undefined {
    return this.#stored().get(key)
  }
  all(): Resource[] {
    return [...this.#byPath.values()]
  }
  groupVersions(): string[] {
    return [...new Set(this.all().map(apiVersionOf))]
  }

  #index: { generation: number; map: Map<string, Resource> } = { generation: -1, map: new Map() }
  #stored(): Map<string, Resource> {
    if (this.#index.generation !== this.generation) {
      const map = new Map(
        this.all()
          .filter((resource) => resource.virtual !== true && !resource.view)
          .map((resource) => [`${resource.group}/${resource.plural}`, resource]),
      )
      this.#index = { generation: this.generation, map }
    }
    return this.#index.map
  }
}
