import { sameValue } from './exact-json'

type Plain = Record<string, unknown>
const isPlain = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The merge patch (RFC 7386) that makes one object of another: the changed paths alone, so that what others hold beside them is never sent. */
export function mergePatchOf(from: Plain, to: Plain): Plain {
  const patch: Plain = {}
  for (const key of new Set([...Object.keys(from), ...Object.keys(to)])) {
    const [was, is] = [from[key], to[key]]
    if (sameValue(was, is)) continue
    if (is === undefined) patch[key] = null
    else patch[key] = isPlain(was) && isPlain(is) ? mergePatchOf(was, is) : is
  }
  return patch
}

/** A patch of the very object that was read: the server refuses it where that was replaced or has changed since. */
export const patchOf = (
  live: { metadata: { uid?: string | undefined; resourceVersion?: string | undefined } },
  changed: Plain,
): Plain => {
  const { uid, resourceVersion } = live.metadata
  const metadata = isPlain(changed['metadata']) ? changed['metadata'] : {}
  return {
    ...changed,
    metadata: { ...metadata, ...(uid !== undefined && { uid }), resourceVersion },
  }
}
