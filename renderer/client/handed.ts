import { useSyncExternalStore } from 'react'

/** What a person handed over: a file that was dropped, or one that was opened on the desktop and is named by its path. */
export type HandedFile = { name: string; file: File } | { path: string }
let handed: HandedFile | undefined
const listeners = new Set<() => void>()
const tell = () => {
  for (const listener of listeners) listener()
}

/** Hands a file to the screen that knows what to do with it; a person chose it, so it is opened without asking. */
export function handFile(file: HandedFile) {
  handed = file
  tell()
}
/** Takes what was handed over, once. */
export function takeHandedFile(): HandedFile | undefined {
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
export const useHandedFile = (): HandedFile | undefined =>
  useSyncExternalStore(subscribe, () => handed)
