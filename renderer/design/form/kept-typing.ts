import { useEffect, useState } from 'react'
import { z } from 'zod'
import { holdsUserinfo } from '../../../preload/contract/text/address'
import { isSecret } from './texts'

type Typed = Record<string, unknown>
interface Place {
  id: string
  fields: Record<string, z.ZodType>
  start: Typed
}
const PREFIX = 'takt.typed '
const Kept = z.object({ start: z.string(), typed: z.record(z.string(), z.unknown()) })

/** The tab's own storage, which outlives a page that is killed; a place without one keeps nothing. */
function storage(): Storage | undefined {
  try {
    return globalThis.sessionStorage
  } catch {
    return undefined
  }
}
// One form at one address: the same form of another object begins afresh.
const keyOf = (id: string) => `${PREFIX}${id} ${globalThis.location?.hash ?? ''}`

/** What the page before this one had in its forms when it ended without a word, by key; each is given until it was used. */
let left = new Map<string, string>()
/** Looks at what an earlier page left behind; done when this one begins. */
export function findLeftTyping(): void {
  const kept = storage()
  const keys = Array.from({ length: kept?.length ?? 0 }, (_none, at) => kept?.key(at) ?? '')
  left = new Map(
    keys
      .filter((key) => key.startsWith(PREFIX))
      .map((key) => [key, kept?.getItem(key) ?? ''] as const),
  )
}
findLeftTyping()

interface LeftTyping {
  key: string
  typed: Typed
}
function take({ id, start }: Place): LeftTyping | undefined {
  const key = keyOf(id)
  const text = left.get(key)
  if (text === undefined) return undefined
  try {
    const kept = Kept.parse(JSON.parse(text))
    // A form that begins with something else by now is not the one that was typed into.
    if (kept.start !== JSON.stringify(start)) return undefined
    return { key, typed: { ...start, ...kept.typed } }
  } catch {
    return undefined
  }
}
function keep(key: string, { fields, start }: Place, typed: Typed | undefined): void {
  try {
    if (typed)
      storage()?.setItem(
        key,
        JSON.stringify({ start: JSON.stringify(start), typed: plainOf(fields, typed) }),
      )
    else storage()?.removeItem(key)
  } catch {
    // A tab whose storage is full keeps what is on the screen and nothing more.
  }
}
/** What may lie in a tab's storage: no secret, and no address that one stands in. */
const plainOf = (fields: Place['fields'], typed: Typed): Typed =>
  Object.fromEntries(
    Object.entries(typed).filter(
      ([name, value]) =>
        !(fields[name] && isSecret(fields[name])) &&
        !(typeof value === 'string' && value.split(/\s/).some(holdsUserinfo)),
    ),
  )

/** What was typed into this form before the page ended under it. A page that begins may draw a form twice before anybody touches it: each of these has it. */
export function useLeftTyping(place: Place): Typed | undefined {
  const [taken] = useState(() => take(place))
  useEffect(
    () => () => {
      if (taken && navigator.userActivation?.hasBeenActive) left.delete(taken.key)
    },
    [taken],
  )
  return taken?.typed
}

/** Keeps what is typed while the form is on the screen, for the page after this one should it be killed. */
export function useKeptTyping(place: Place, typed: Typed, dirty: boolean): void {
  const [key] = useState(() => keyOf(place.id))
  useEffect(() => keep(key, place, dirty ? typed : undefined), [key, typed, dirty])
  useEffect(() => () => keep(key, place, undefined), [key])
}
