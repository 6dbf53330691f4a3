import type { Client } from '../../../client'
import { Dialog } from '../../../design'
import { words } from '../words'
import { ReasonForm } from './ReasonForm'

interface DenyProps {
  name: string
  refuse: (client: Client, reason: string) => Promise<object>
  opened: boolean
  onClose: () => void
}
/** Says no to a move, with a reason that its owner reads. */
export const Deny = ({ name, refuse, opened, onClose }: DenyProps) => (
  <Dialog title={words.denyTitle(name)} opened={opened} onClose={onClose}>
    <ReasonForm
      label={words.denyReason}
      verb={words.denyVerb}
      look="primary"
      run={refuse}
      onDone={onClose}
    />
  </Dialog>
)
