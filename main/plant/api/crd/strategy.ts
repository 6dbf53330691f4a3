import type { KubeObject } from '../../types'
import { isRecord, listAt, recordAt, textAt } from '../cluster'
import { forbiddenField, invalid, notSupported, required, type FieldFault } from '../errors'
import type { Strategy } from '../kinds/strategy'
import { faultsOf } from '../schema/validate'
import type { Schema } from '../schema/schema'

const CLEANUP = 'customresourcecleanup.apiextensions.k8s.io'

function* schemaFaults(schema: Schema, path: string): Generator<FieldFault> {
  const free =
    schema['x-kubernetes-int-or-string'] === true ||
    schema['x-kubernetes-preserve-unknown-fields'] === true
  if (schema.type === undefined && !free)
    yield required(`${path}.type`, 'must not be empty for specified object fields')
  if (schema.default !== undefined) yield* faultsOf(schema, schema.default, `${path}.default`)
  if (schema.type === 'array' && schema.items === undefined)
    yield required(`${path}.items`, 'must be specified')
  yield* partFaults(schema, path)
}
function* partFaults(schema: Schema, path: string): Generator<FieldFault> {
  const open =
    typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined
  if (schema.properties && open)
    yield forbiddenField(
      `${path}.additionalProperties`,
      'additionalProperties and properties are mutual exclusive',
    )
  for (const [name, property] of Object.entries(schema.properties ?? {}))
    yield* schemaFaults(property, `${path}.properties[${name}]`)
  if (schema.items) yield* schemaFaults(schema.items, `${path}.items`)
  if (open) yield* schemaFaults(open, `${path}.additionalProperties`)
}
function* versionFaults(version: Record<string, unknown>, path: string): Generator<FieldFault> {
  const schema = recordAt(version, 'schema', 'openAPIV3Schema')
  const at = `${path}.openAPIV3Schema`
  if (!schema) yield required(at, 'schemas are required')
  else if (schema['type'] !== 'object')
    yield invalid(`${at}.type`, schema['type'] ?? '', 'must be object at the root')
  else yield* schemaFaults(schema as Schema, at)
}
function* scopeFaults(scope: string): Generator<FieldFault> {
  if (scope === '') yield required('spec.scope')
  else if (scope !== 'Namespaced' && scope !== 'Cluster')
    yield notSupported('spec.scope', scope, ['Cluster', 'Namespaced'])
}
function* faults(definition: KubeObject): Generator<FieldFault> {
  const group = textAt(definition, 'spec', 'group') ?? ''
  const plural = textAt(definition, 'spec', 'names', 'plural') ?? ''
  if (definition.metadata.name !== `${plural}.${group}`)
    yield invalid(
      'metadata.name',
      definition.metadata.name,
      'must be spec.names.plural+"."+spec.group',
    )
  if (group === '') yield required('spec.group')
  yield* scopeFaults(textAt(definition, 'spec', 'scope') ?? '')
  if (!textAt(definition, 'spec', 'names', 'kind')) yield required('spec.names.kind')
  const versions = listAt(definition, 'spec', 'versions').filter(isRecord)
  if (versions.filter((version) => version['storage'] === true).length !== 1)
    yield invalid(
      'spec.versions',
      versions.length,
      'must have exactly one version marked as storage version',
    )
  // With one version its schema stands for all of them, and faults are told under the name it has inside.
  for (const [index, version] of versions.entries())
    yield* versionFaults(
      version,
      versions.length === 1 ? 'spec.validation' : `spec.versions[${index}].schema`,
    )
}

export const definitionStrategy: Strategy = {
  defaults(object) {
    const spec = recordAt(object, 'spec')
    const names = recordAt(object, 'spec', 'names')
    if (!spec || !names) return
    spec['conversion'] ??= { strategy: 'None' }
    names['listKind'] ??= `${textAt(names, 'kind') ?? ''}List`
    names['singular'] ??= (textAt(names, 'kind') ?? '').toLowerCase()
  },
  prepareCreate: ({ object }) => {
    object.metadata.finalizers = [...new Set([...(object.metadata.finalizers ?? []), CLEANUP])]
  },
  validate: (object) => [...faults(object)],
}
