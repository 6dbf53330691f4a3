import type { KubeObject } from '../../types'
import { isRecord, listAt, recordAt, textAt } from '../cluster'
import type { Resource, ScalePaths } from '../resource'
import type { Schema } from '../schema/schema'
import { customColumns } from './columns'

/** The version of a definition that objects are stored in. */
export const storageVersion = (definition: KubeObject): Record<string, unknown> | undefined =>
  listAt(definition, 'spec', 'versions')
    .filter(isRecord)
    .find((version) => version['storage'] === true && version['served'] === true)
const texts = (value: unknown[]): string[] => value.filter((item) => typeof item === 'string')

function scaleOf(version: Record<string, unknown>): ScalePaths | undefined {
  const scale = recordAt(version, 'subresources', 'scale')
  const spec = textAt(scale, 'specReplicasPath')
  const status = textAt(scale, 'statusReplicasPath')
  const selector = textAt(scale, 'labelSelectorPath')
  return spec !== undefined && status !== undefined
    ? { spec, status, ...(selector !== undefined && { selector }) }
    : undefined
}
/** The kind a CustomResourceDefinition describes; undefined where it serves no stored version. */
export function resourceFromDefinition(definition: KubeObject): Resource | undefined {
  const version = storageVersion(definition)
  const names = recordAt(definition, 'spec', 'names')
  if (!version || !names) return undefined
  const kind = textAt(names, 'kind') ?? ''
  const scale = scaleOf(version)
  const shortNames = texts(listAt(names, 'shortNames'))
  const categories = texts(listAt(names, 'categories'))
  return {
    group: textAt(definition, 'spec', 'group') ?? '',
    version: textAt(version, 'name') ?? '',
    kind,
    plural: textAt(names, 'plural') ?? '',
    singular: textAt(names, 'singular') ?? kind.toLowerCase(),
    namespaced: textAt(definition, 'spec', 'scope') === 'Namespaced',
    custom: true,
    hasStatus: recordAt(version, 'subresources', 'status') !== undefined,
    schema: recordAt(version, 'schema', 'openAPIV3Schema') as Schema | undefined,
    columns: customColumns(listAt(version, 'additionalPrinterColumns')),
    countsGenerations: true,
    unconditionalUpdate: false,
    selectableFields: listAt(version, 'selectableFields').flatMap(
      (field) => textAt(field, 'jsonPath')?.replace(/^\./, '') ?? [],
    ),
    ...(scale && { scale }),
    ...(shortNames.length > 0 && { shortNames }),
    ...(categories.length > 0 && { categories }),
  }
}
