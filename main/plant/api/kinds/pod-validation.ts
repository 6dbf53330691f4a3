import { parseQuantity } from '../../../kernel/quantities'
import { isRecord, listAt, recordAt, textAt } from '../cluster'
import { duplicate, invalid, notSupported, required, type FieldFault } from '../errors'
import { labelFaults } from '../validation/names'

const GPU_WORDS = 'Limit must be set for non overcommitable resources'
const isExtended = (name: string): boolean =>
  name.includes('/') &&
  !name.startsWith('kubernetes.io/') &&
  !name.includes('.kubernetes.io/') &&
  !name.startsWith('requests.')

function* quantityFaults(list: unknown, field: string): Generator<FieldFault> {
  for (const [name, value] of Object.entries(isRecord(list) ? list : {})) {
    const amount = parseQuantity(value as string | number)
    if (amount !== undefined && amount < 0)
      yield invalid(`${field}[${name}]`, value, 'must be greater than or equal to 0')
    else if (amount !== undefined && isExtended(name) && !Number.isInteger(amount))
      yield invalid(`${field}[${name}]`, value, 'must be an integer')
  }
}
/** The faults of requests and limits. */
export function* resourceFaults(resources: unknown, field: string): Generator<FieldFault> {
  const limits = recordAt(resources, 'limits') ?? {}
  const requests = recordAt(resources, 'requests') ?? {}
  yield* quantityFaults(limits, `${field}.limits`)
  yield* quantityFaults(requests, `${field}.requests`)
  for (const [name, value] of Object.entries(requests)) {
    const limit = limits[name]
    const asked = parseQuantity(value as string) ?? 0
    const most = limit === undefined ? undefined : parseQuantity(limit as string)
    if (most !== undefined && asked > most)
      yield invalid(
        `${field}.requests`,
        value,
        `must be less than or equal to ${name} limit of ${String(limit)}`,
      )
    else if (isExtended(name) && most === undefined) yield required(`${field}.limits`, GPU_WORDS)
    else if (isExtended(name) && most !== asked)
      yield invalid(
        `${field}.requests`,
        value,
        `must be equal to ${name} limit of ${String(limit)}`,
      )
  }
}
function* portFaults(container: Record<string, unknown>, field: string): Generator<FieldFault> {
  for (const [index, port] of listAt(container, 'ports').entries()) {
    const number = isRecord(port) ? port['containerPort'] : undefined
    if (number === undefined || number === 0)
      yield required(`${field}.ports[${index}].containerPort`)
    else if (typeof number === 'number' && (number < 1 || number > 65_535))
      yield invalid(
        `${field}.ports[${index}].containerPort`,
        number,
        'must be between 1 and 65535, inclusive',
      )
  }
}
function* mountFaults(
  container: Record<string, unknown>,
  field: string,
  volumes: Set<string>,
): Generator<FieldFault> {
  for (const [index, mount] of listAt(container, 'volumeMounts').entries()) {
    const name = textAt(mount, 'name') ?? ''
    if (!volumes.has(name))
      yield {
        reason: 'FieldValueNotFound',
        field: `${field}.volumeMounts[${index}].name`,
        message: `Not found: ${JSON.stringify(name)}`,
      }
    if (!textAt(mount, 'mountPath')) yield required(`${field}.volumeMounts[${index}].mountPath`)
  }
}
function* containerFaults(
  containers: unknown[],
  field: string,
  volumes: Set<string>,
): Generator<FieldFault> {
  const seen = new Set<string>()
  for (const [index, container] of containers.filter(isRecord).entries()) {
    const at = `${field}[${index}]`
    const name = textAt(container, 'name') ?? ''
    if (name === '') yield required(`${at}.name`)
    else for (const why of labelFaults(name)) yield invalid(`${at}.name`, name, why)
    if (seen.has(name) && name !== '') yield duplicate(`${at}.name`, name)
    seen.add(name)
    if (!textAt(container, 'image')) yield required(`${at}.image`)
    yield* portFaults(container, at)
    yield* mountFaults(container, at, volumes)
    yield* resourceFaults(container['resources'], `${at}.resources`)
    for (const [nth, variable] of listAt(container, 'env').entries())
      if (!textAt(variable, 'name')) yield required(`${at}.env[${nth}].name`)
  }
}
/** The faults of a pod spec at a path; `restarts` are the restart policies its kind allows. */
export function* podSpecFaults(
  spec: unknown,
  field: string,
  {
    restarts = ['Always', 'OnFailure', 'Never'],
    claims = [],
  }: { restarts?: string[]; claims?: string[] } = {},
): Generator<FieldFault> {
  const volumes = new Set([
    ...listAt(spec, 'volumes').map((volume) => textAt(volume, 'name') ?? ''),
    ...claims,
  ])
  for (const [index, volume] of listAt(spec, 'volumes').entries()) {
    const name = textAt(volume, 'name') ?? ''
    if (name === '') yield required(`${field}.volumes[${index}].name`)
    else
      for (const why of labelFaults(name))
        yield invalid(`${field}.volumes[${index}].name`, name, why)
  }
  const containers = listAt(spec, 'containers')
  if (containers.length === 0) yield required(`${field}.containers`)
  yield* containerFaults(listAt(spec, 'initContainers'), `${field}.initContainers`, volumes)
  yield* containerFaults(containers, `${field}.containers`, volumes)
  const restart = textAt(spec, 'restartPolicy') ?? ''
  if (!restarts.includes(restart))
    yield restart === ''
      ? required(`${field}.restartPolicy`)
      : notSupported(`${field}.restartPolicy`, restart, restarts)
}
