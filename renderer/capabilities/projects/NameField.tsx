import { Name } from '../../../preload/contract/common'
import type { Draft, NameStanding } from '../../../preload/contract/projects'
import { lastKnown, useAsk, useSettled } from '../../client'
import { TextField } from '../../design'
import type { DefineForm } from './wizard-forms'
import { words } from './words'

const SETTLED_MS = 300
/** What the home site says about a name once typing pauses; nothing about a name that is not the one on the screen. */
function useNameStanding(name: string, ask: boolean): NameStanding | undefined {
  const settled = useSettled(name, SETTLED_MS)
  const asked = ask && Name.safeParse(settled).success
  const found = useAsk(
    async (core, options) =>
      asked
        ? { name: settled, is: await core.projects.nameStanding({ name: settled }, options) }
        : undefined,
    [settled, asked],
  )
  const answer = found.remote.at === 'failed' ? undefined : lastKnown(found.remote)?.value
  return answer?.name === name ? answer.is : undefined
}
const helpOf = (standing: NameStanding | undefined): string => {
  if (standing?.standing === 'empty') return words.field.nameEmpty
  return (standing?.standing === 'unknown' ? standing.says : undefined) ?? words.field.nameHelp
}

interface NameFieldProps {
  draft: Draft
  form: DefineForm
  problem: string | undefined
  change: (patch: Partial<Draft>) => void
}
/** The name of a project, which is its namespace: said here already where that is taken, or empty and to be adopted. */
export function NameField({ draft, form, problem, change }: NameFieldProps) {
  const standing = useNameStanding(draft.name, problem === undefined)
  const taken =
    standing?.standing === 'refused' ? `${standing.says ?? ''} ${standing.remedy ?? ''}` : undefined
  return (
    <>
      <TextField
        form={form}
        name="name"
        label={words.field.name}
        help={helpOf(standing)}
        problem={problem ?? taken}
        mono
      />
      {standing?.standing === 'empty' && (
        <label className="check">
          <input
            type="checkbox"
            checked={draft.adopt === draft.name}
            onChange={({ target }) => change({ adopt: target.checked ? draft.name : undefined })}
          />{' '}
          {words.field.adopt(draft.name)}
        </label>
      )}
    </>
  )
}
