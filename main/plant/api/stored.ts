import { stringifyExact } from '../../kernel/exact-json'
import type { KubeObject } from '../types'

/** Freezes a JSON value to its leaves; a frozen branch is taken to be frozen below. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  for (const inner of Object.values(value)) deepFreeze(inner)
  return Object.freeze(value)
}

/** One version of one object. Its JSON is written once, so lists and watch frames are joins of ready texts. */
export class Stored {
  readonly object: KubeObject
  #body: string | undefined
  #metadata: string | undefined
  constructor(
    object: KubeObject,
    readonly version: number,
  ) {
    this.object = deepFreeze(object)
  }

  /** The members after apiVersion and kind, without the opening brace. */
  get body(): string {
    if (this.#body === undefined) {
      const { apiVersion: _apiVersion, kind: _kind, ...rest } = this.object
      this.#body = stringifyExact(rest).slice(1)
    }
    return this.#body
  }
  get text(): string {
    return `{"kind":${JSON.stringify(this.object.kind)},"apiVersion":${JSON.stringify(this.object.apiVersion)},${this.body}`
  }
  get metadataText(): string {
    return (this.#metadata ??= JSON.stringify(this.object.metadata))
  }
}
