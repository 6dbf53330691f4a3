import { TextInput } from '@mantine/core'
import { useState } from 'react'
import { useAction } from '../../../client'
import { Button, Dialog, Failed } from '../../../design'
import { words } from '../words'

const LEAST_REASON = 3
type Client = Parameters<Parameters<typeof useAction>[0]>[0]
interface DenyProps {
  name: string
  refuse: (client: Client, reason: string) => Promise<object>
  opened: boolean
  onClose: () => void
}
/** Says no to a move, with a reason that its owner reads. */
export function Deny({ name, refuse: say, opened, onClose }: DenyProps) {
  const [reason, setReason] = useState('')
  const refuse = useAction((client) => say(client, reason))
  const run = async () => {
    if (reason.trim().length >= LEAST_REASON && (await refuse.act())) {
      setReason('')
      onClose()
    }
  }
  return (
    <Dialog title={words.denyTitle(name)} opened={opened} onClose={onClose}>
      <form
        className="stack"
        style={{ padding: '0 16px 16px' }}
        onSubmit={(event) => {
          event.preventDefault()
          void run()
        }}
      >
        <TextInput
          data-autofocus
          label={words.denyReason}
          value={reason}
          onChange={({ target }) => setReason(target.value)}
        />
        {refuse.trouble && (
          <Failed
            says={refuse.trouble.says}
            remedy={refuse.trouble.remedy}
            code={refuse.trouble.code}
          />
        )}
        <div className="state-actions">
          <Button
            type="submit"
            look="primary"
            busy={refuse.busy}
            disabledBecause={reason.trim().length >= LEAST_REASON ? undefined : words.stopNeeds}
          >
            {words.denyVerb}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
