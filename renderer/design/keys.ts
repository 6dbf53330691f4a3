import { useEffect, useRef } from 'react'

const EDITABLE = 'input, textarea, select, [contenteditable=true], [role=textbox], [role=combobox]'
/** Whether single letters mean something: off where the person switched them off. Set by the frame. */
export const keySettings = { singleKeys: true }

/** A key press as text: `ctrl+k`, `escape`, `?`, `shift+a`, `alt+1`; Cmd counts as Ctrl. */
export function nameOfKey(
  event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>,
): string {
  const key = event.key === ' ' ? 'space' : event.key.toLowerCase()
  return [event.ctrlKey || event.metaKey ? 'ctrl' : '', event.altKey ? 'alt' : '', key]
    .filter(Boolean)
    .join('+')
}
const isSingle = (name: string) => name.length === 1
export const inField = (target: EventTarget | null) =>
  target instanceof Element && target.closest(EDITABLE) !== null
export const inDialog = () => document.querySelector('[role=dialog]') !== null

/** Runs what a key stands for while the component is on screen; single keys are off in fields, in dialogs and by setting. */
export function useKeys(keys: Record<string, (event: KeyboardEvent) => void>) {
  const latest = useRef(keys)
  latest.current = keys
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented) return
      const name = nameOfKey(event)
      const run = latest.current[name]
      if (!run) return
      if (isSingle(name) && (!keySettings.singleKeys || inField(event.target) || inDialog())) return
      run(event)
    }
    window.addEventListener('keydown', press)
    return () => window.removeEventListener('keydown', press)
  }, [])
}
