import { useSyncExternalStore } from 'react'

let handed: File | undefined
const listeners = new Set<() => void>()
const tell = () => {
  for (const listener of listeners) listener()
}

/** Hands a file that was dropped somewhere to the screen that knows what to do with it. */
export function handFile(file: File) {
  handed = file
  tell()
}
/** Takes what was handed over, once. */
export function takeHandedFile(): File | undefined {
  const taken = handed
  handed = undefined
  if (taken) tell()
  return taken
}
const subscribe = (changed: () => void) => {
  listeners.add(changed)
  return () => {
    listeners.delete(changed)
  }
}
export const useHandedFile = (): File | undefined => useSyncExternalStore(subscribe, () => handed)
