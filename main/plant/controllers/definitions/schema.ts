import type { KubeObject } from '../../types'

type Schema = Record<string, unknown>
const typed =
  (type: string) =>
  (more: Schema = {}): Schema => ({ type, ...more })

export const text = typed('string')
export const integer = typed('integer')
export const flag = typed('boolean')
export const time = () => text({ format: 'date-time' })
/** A quantity: "2" or 2. */
export const quantity = (): Schema => ({
  anyOf: [{ type: 'integer' }, { type: 'string' }],
  'x-kubernetes-int-or-string': true,
})
export const list = (items: Schema, more: Schema = {}): Schema => ({
  type: 'array',
  items,
  ...more,
})
export const map = (values: Schema): Schema => ({ type: 'object', additionalProperties: values })
export const shape = (properties: Record<string, Schema>, required: string[] = []): Schema => ({
  type: 'object',
  properties,
  ...(required.length > 0 && { required }),
})
/** An object whose inside is somebody else's schema. */
export const open = (): Schema => ({ type: 'object', 'x-kubernetes-preserve-unknown-fields': true })

export const conditions = (): Schema =>
  list(
    shape(
      {
        type: text(),
        status: text({ enum: ['True', 'False', 'Unknown'] }),
        reason: text(),
        message: text(),
        lastTransitionTime: time(),
        observedGeneration: integer(),
      },
      ['type', 'status'],
    ),
    { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] },
  )

export interface Definition {
  group: string
  kind: string
  plural: string
  singular: string
  shortNames?: string[]
  scope: 'Namespaced' | 'Cluster'
  /** Served versions, the stored one first. */
  versions: string[]
  properties: Record<string, Schema>
  required?: string[]
  status?: boolean
  columns: { name: string; type: string; jsonPath: string }[]
}

/** The CustomResourceDefinition of a kind. */
export function definitionOf(definition: Definition): KubeObject {
  const { group, kind, plural, singular, shortNames, scope } = definition
  const schema = {
    openAPIV3Schema: shape(
      { apiVersion: text(), kind: text(), metadata: { type: 'object' }, ...definition.properties },
      definition.required,
    ),
  }
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope,
      names: { kind, plural, singular, listKind: `${kind}List`, ...(shortNames && { shortNames }) },
      versions: definition.versions.map((name, index) => ({
        name,
        served: true,
        storage: index === 0,
        schema,
        ...(definition.status !== false && { subresources: { status: {} } }),
        additionalPrinterColumns: [
          ...definition.columns,
          { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
        ],
      })),
    },
  }
}
