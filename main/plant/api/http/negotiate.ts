import { KubeError } from '../errors'

export type Shape = { as: 'object' } | { as: 'metadata' } | { as: 'table' }
const OFFERED =
  'application/json, application/yaml, application/vnd.kubernetes.protobuf, application/cbor'

function shapeOf(type: string, parameters: Map<string, string>): Shape | undefined {
  if (!['application/json', 'application/*', '*/*'].includes(type)) return undefined
  const as = parameters.get('as')
  if (as === undefined) return { as: 'object' }
  if (parameters.get('g') !== 'meta.k8s.io' || parameters.get('v') !== 'v1') return undefined
  if (as === 'Table') return { as: 'table' }
  return as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList'
    ? { as: 'metadata' }
    : undefined
}
/** The first form of the Accept header that the server can write. Throws 406 where there is none. */
export function negotiate(accept: string | undefined): Shape {
  if (!accept) return { as: 'object' }
  for (const clause of accept.split(',')) {
    const [type = '', ...rest] = clause.split(';').map((part) => part.trim())
    const parameters = new Map(
      rest.map((part) => {
        const [key = '', value = ''] = part.split('=')
        return [key, value] as const
      }),
    )
    const shape = shapeOf(type, parameters)
    if (shape) return shape
  }
  throw new KubeError({
    code: 406,
    reason: 'NotAcceptable',
    message: `only the following media types are accepted: ${OFFERED}`,
  })
}
