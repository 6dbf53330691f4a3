import { stringifyExact } from '../../../kernel/exact-json'
import { groupKind, isPlain, listAt, type Plain, type Raw } from './raw'

/** What stands where a value was hidden; applied text that still says so keeps the value that is there. */
export const HIDDEN = '(hidden)'
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'
const SECRET_NAME =
  /passw|passphrase|token|secret|api[_-]?key|access[_-]?key|private[_-]?key|credential/i

type Change = (value: string, path: string) => string | undefined

/** Walks every value that may be a secret and puts there what `change` answers; undefined takes it away. */
function onSecrets(object: Raw, change: Change): Raw {
  const copy = structuredClone(object)
  if (groupKind(copy) === '/Secret')
    for (const field of ['data', 'stringData']) changeAll(copy[field], field, change)
  const { annotations } = copy.metadata
  if (annotations)
    for (const key of Object.keys(annotations))
      if (key === LAST_APPLIED || SECRET_NAME.test(key))
        put(annotations, key, change(annotations[key] ?? '', `metadata.annotations.${key}`))
  inContainers(copy, '', change)
  return copy
}
function changeAll(values: unknown, path: string, change: Change) {
  if (isPlain(values))
    for (const [key, value] of Object.entries(values))
      put(
        values,
        key,
        change(typeof value === 'string' ? value : stringifyExact(value), `${path}.${key}`),
      )
}
const put = (into: Plain, key: string, value: string | undefined) => {
  if (value === undefined) delete into[key]
  else into[key] = value
}
/** Environment values written out in a pod template, wherever in the object the template stands. */
function inContainers(value: unknown, path: string, change: Change) {
  if (Array.isArray(value))
    return value.forEach((one: unknown, index) =>
      inContainers(one, `${path}[${nameOf(one) ?? String(index)}]`, change),
    )
  if (!isPlain(value)) return
  for (const one of listAt(value, 'env')) inEnv(one, path, change)
  for (const [key, inner] of Object.entries(value))
    if (key !== 'env' && key !== 'managedFields')
      inContainers(inner, path === '' ? key : `${path}.${key}`, change)
}
const nameOf = (value: unknown) =>
  isPlain(value) && typeof value['name'] === 'string' ? value['name'] : undefined
function inEnv(one: Plain, path: string, change: Change) {
  const { name, value } = one
  if (
    typeof name === 'string' &&
    typeof value === 'string' &&
    value !== '' &&
    SECRET_NAME.test(name)
  )
    put(one, 'value', change(value, `${path}.env.${name}`.replace(/^\./, '')))
}

/** The object with every value that may be a secret hidden, and where. */
export function hidden(object: Raw): { object: Raw; paths: string[] } {
  const paths: string[] = []
  const redacted = onSecrets(object, (_value, path) => {
    paths.push(path)
    return path.endsWith(LAST_APPLIED) ? undefined : HIDDEN
  })
  return { object: redacted, paths }
}
/** Secrets of an object by where they stand. */
export function secretsOf(object: Raw): Map<string, string> {
  const found = new Map<string, string>()
  onSecrets(object, (value, path) => {
    found.set(path, value)
    return value
  })
  return found
}

export type Revealed = { object: Raw } | { refused: { path: string; says: string }[] }
/**
 * Puts the values of the live object back where the edited one says hidden. A new value is refused: what is planned is written down,
 * and secrets must not be; so is the word hidden where nothing was.
 */
export function revealed(edited: Raw, live: Raw): Revealed {
  const values = secretsOf(live)
  const refused: { path: string; says: string }[] = []
  const object = onSecrets(edited, (value, path) => {
    const kept = values.get(path)
    if (value === HIDDEN && kept !== undefined) return kept
    if (value !== kept)
      refused.push({
        path,
        says:
          value === HIDDEN
            ? 'there is no hidden value here to keep'
            : 'a secret is not changed here, for plans are written down; use a tool that keeps none',
      })
    return value
  })
  if (refused.length > 0) return { refused }
  const last = live.metadata.annotations?.[LAST_APPLIED]
  // Taken from the text because it repeats everything; kubectl still needs it.
  return {
    object:
      last === undefined
        ? object
        : {
            ...object,
            metadata: {
              ...object.metadata,
              annotations: { ...object.metadata.annotations, [LAST_APPLIED]: last },
            },
          },
  }
}

const SERVERS = [
  'managedFields',
  'resourceVersion',
  'uid',
  'generation',
  'creationTimestamp',
  'selfLink',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
]
/** The part of an object that people write. */
export function written(object: Raw): Raw {
  const { status: _status, ...rest } = object
  const metadata = Object.fromEntries(
    Object.entries(object.metadata).filter(([key]) => !SERVERS.includes(key)),
  ) as Raw['metadata']
  return { ...rest, metadata }
}
