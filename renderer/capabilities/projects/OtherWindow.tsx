import { useState } from 'react'
import { hrefOf, navigate, useCore } from '../../client'
import { Button, Failed, Tag } from '../../design'
import { ConflictPanel, type Conflict, type Keep } from './ConflictPanel'
import { keepAsNew, settleDraft, useWizardStore } from './wizard-store'
import { words } from './words'

/** Fields of a wizard that another window changed too. */
export function DraftConflict({ name, conflict }: { name: string; conflict: Conflict }) {
  const { client } = useCore()
  const saving = useWizardStore((state) => state.saving)
  const [keep, setKeep] = useState<Keep>({})
  return (
    <ConflictPanel
      name={name || words.untitled}
      conflict={conflict}
      keep={keep}
      onKeep={setKeep}
      busy={saving}
      onSave={(settled) => void settleDraft(client, settled)}
    />
  )
}

/** What became of the wizard in another window, where something did. */
export function OtherWindow({ started }: { started: boolean }) {
  const { client, now } = useCore()
  const gone = useWizardStore((state) => state.gone)
  const step = useWizardStore((state) => state.draft?.step)
  const again = () => {
    const id = `draft-${now().toString(36)}`
    keepAsNew(client, id)
    navigate(hrefOf(['discover', 'new', id, step ?? 'define']))
  }
  if (gone && !started)
    return (
      <Failed says={words.draftGone} remedy={words.draftGoneRemedy} code="NOT_FOUND">
        <Button onClick={again}>{words.keepAsNew}</Button>
      </Failed>
    )
  return null
}
/** That what another window wrote stands here too. */
export function MergedIn() {
  const merged = useWizardStore(({ merged, gone }) => merged && !gone)
  return <span role="status">{merged && <Tag tone="normal">{words.mergedIn}</Tag>}</span>
}
