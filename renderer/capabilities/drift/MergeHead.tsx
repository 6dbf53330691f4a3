import { useState } from 'react'
import type { Fleet, VerdictConflict } from '../../../preload/contract/drift-review'
import type { VerdictOperation } from '../../../preload/contract/drift'
import { useAction } from '../../client'
import { Button, Dialog, Failed, formatDuration, formatMoment, formatShare } from '../../design'
import { words } from './words'

/** What waits to merge, the button that merges it, and conflicts side by side. */
export function MergeHead({ fleet }: { fleet: Fleet | undefined }) {
  const merge = useAction((client) => client.drift.merge())
  const [settling, setSettling] = useState(false)
  const [merged, setMerged] = useState<number>()
  if (!fleet) return undefined
  const { waiting, canMerge, mergeNeeds, conflicts, measures } = fleet
  const run = async () => {
    const done = await merge.act()
    if (done) setMerged(done.merged)
  }
  return (
    <span className="row control-text soft">
      {measures.offlineShare !== null && (
        <span className="small meta">
          {words.measures(
            formatShare(measures.offlineShare),
            measures.breachToVerdictSeconds === null
              ? words.none
              : formatDuration(measures.breachToVerdictSeconds),
          )}
        </span>
      )}
      {merge.trouble && (
        <span className="danger small" role="alert">
          {merge.trouble.says} {merge.trouble.remedy}
        </span>
      )}
      {merged !== undefined && waiting === 0 && (
        <span className="small" role="status">
          {words.merged(merged)}
        </span>
      )}
      {conflicts.length > 0 && (
        <Button small onClick={() => setSettling(true)}>
          {words.conflictOpen(conflicts.length)}
        </Button>
      )}
      {waiting > 0 && (
        <>
          <span>
            <b>{words.waiting(waiting)}</b>
          </span>
          <Button
            busy={merge.busy}
            disabledBecause={canMerge ? undefined : mergeNeeds}
            onClick={() => {
              void run()
            }}
          >
            {words.merge}
          </Button>
        </>
      )}
      <Button small look="quiet" onClick={() => window.print()}>
        {words.print}
      </Button>
      <Dialog
        title={words.conflicts}
        opened={settling && conflicts.length > 0}
        onClose={() => setSettling(false)}
        size="lg"
      >
        <p className="small soft">{words.conflictsMeans}</p>
        {conflicts.map((conflict) => (
          <Conflict key={`${conflict.ours.id}${conflict.theirs.id}`} conflict={conflict} />
        ))}
      </Dialog>
    </span>
  )
}
function Conflict({
  conflict: { model, window, column, ours, theirs },
}: {
  conflict: VerdictConflict
}) {
  const settle = useAction(async (client, holds: VerdictOperation, over: VerdictOperation) => {
    await client.drift.settle({ operation: holds.id, over: over.id, note: '' })
    return true
  })
  return (
    <section className="drift-conflict">
      <h3>
        {model}, {window}
        {column !== undefined && `, ${column}`}
      </h3>
      <div className="side-by-side">
        <Side
          says={words.ours}
          one={ours}
          busy={settle.busy}
          onHold={() => {
            void settle.act(ours, theirs)
          }}
        />
        <Side
          says={words.theirs}
          one={theirs}
          busy={settle.busy}
          onHold={() => {
            void settle.act(theirs, ours)
          }}
        />
      </div>
      {settle.trouble && (
        <Failed
          says={settle.trouble.says}
          remedy={settle.trouble.remedy}
          code={settle.trouble.code}
        />
      )}
    </section>
  )
}
const Side = ({
  says,
  one,
  busy,
  onHold,
}: {
  says: string
  one: VerdictOperation
  busy: boolean
  onHold: () => void
}) => (
  <div className="stack control-text">
    <span className="small meta">
      {says}, {words.byWhom(one.author, formatMoment(one.at))}
    </span>
    <b>{one.verdict ? words.verdicts[one.verdict] : ''}</b>
    <span>{one.note}</span>
    <span>
      <Button small busy={busy} onClick={onHold}>
        {words.holds}
      </Button>
    </span>
  </div>
)
