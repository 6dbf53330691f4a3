import { useState, type ReactNode } from 'react'
import { Button } from './Controls'
import { Dialog } from './Dialog'

interface ConfirmDeleteProps {
  title: string
  name: string
  lost: readonly string[]
  kept: readonly string[]
  verb: string
  busy?: boolean
  opened: boolean
  onConfirm: (typedName: string) => void
  onClose: () => void
  children?: ReactNode
}
/** Asks for the name to be typed before anything that deletes data; says what is lost and what is kept. `children` is another way out. */
export function ConfirmDelete({
  title,
  name,
  lost,
  kept,
  verb,
  busy = false,
  opened,
  onConfirm,
  onClose,
  children,
}: ConfirmDeleteProps) {
  const [typed, setTyped] = useState('')
  const missing = typed === name ? undefined : lettersLeft(typed, name)
  const close = () => {
    setTyped('')
    onClose()
  }
  return (
    <Dialog opened={opened} onClose={close} title={title}>
      <form
        className="stack control-text"
        onSubmit={(event) => {
          event.preventDefault()
          if (!missing && !busy) onConfirm(typed)
        }}
      >
        <p>
          <b className="danger">Lost for good:</b> {lost.join('; ') || 'nothing'}.
        </p>
        {kept.length > 0 && (
          <p>
            <b>Kept:</b> {kept.join('; ')}.
          </p>
        )}
        <label className="row">
          <span className="nowrap">Type {name}</span>
          <input
            className="field-box grow"
            value={typed}
            autoComplete="off"
            spellCheck={false}
            data-autofocus
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
        </label>
        <div className="row wrap">
          <Button look="danger" type="submit" busy={busy} disabledBecause={missing}>
            {verb}
          </Button>
          {children}
          <Button look="quiet" onClick={close}>
            Cancel
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
/** How far typing the name has come, in words. */
export function lettersLeft(typed: string, name: string): string {
  if (!name.startsWith(typed)) return 'That is another name.'
  const left = name.length - typed.length
  return left === 1 ? '1 letter left' : `${left} letters left`
}
