import type { ReactNode } from 'react'
import { useAction, type Client } from '../../../client'
import { Button, Failed, TextField, useForm } from '../../../design'
import { reasonForm } from '../forms'

interface ReasonProps {
  label: string
  verb: string
  look: 'primary' | 'danger'
  run: (client: Client, reason: string) => Promise<object>
  onDone: () => void
  children?: ReactNode
}
/** Asks why before something is stopped, allowed or refused; the reason stays on record. */
export function ReasonForm({ label, verb, look, run, onDone, children }: ReasonProps) {
  const form = useForm(reasonForm, { reason: '' })
  const act = useAction(run)
  const submit = async () => {
    const wanted = form.tried()
    if (wanted && (await act.act(wanted.reason))) {
      form.reset()
      onDone()
    }
  }
  return (
    <form
      className="stack"
      style={{ padding: '0 16px 16px' }}
      onSubmit={(event) => {
        event.preventDefault()
        void submit()
      }}
    >
      {children}
      <TextField form={form} name="reason" label={label} layout="stacked" autoFocus />
      {act.trouble && (
        <Failed says={act.trouble.says} remedy={act.trouble.remedy} code={act.trouble.code} />
      )}
      <div className="state-actions">
        <Button type="submit" look={look} busy={act.busy} disabledBecause={form.missing}>
          {verb}
        </Button>
      </div>
    </form>
  )
}
