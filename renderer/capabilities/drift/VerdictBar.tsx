import { useState } from 'react'
import type { VerdictOperation } from '../../../preload/contract/drift'
import type { Fleet, FleetRow, ModelDrift } from '../../../preload/contract/drift-review'
import { setQuery, useAction } from '../../client'
import { Button, formatMoment, Kbd, TextField, useForm, useKeys } from '../../design'
import { verdictForm } from './forms'
import { Wrong, whereOf } from './parts'
import { spokenRows, type SpokenRow } from './spoken'
import { nextModel, openProposal } from './view-model'
import { words } from './words'

const VERDICTS = ['fine', 'watch', 'act'] as const
type Verdict = (typeof VERDICTS)[number]
interface VerdictProps {
  model: ModelDrift
  row: FleetRow
  fleet: Fleet
  bundle: string | undefined
  window: string
}

/** A person's word on a model in a window, its reason in view; kept on this machine until it merges. */
export function VerdictBar({ model, row, fleet, bundle, window }: VerdictProps) {
  const said = model.windows.find(({ name }) => name === window)?.verdicts ?? []
  const latest = said.filter(({ verdict }) => verdict !== undefined).at(-1)
  const [verdict, setVerdict] = useState<Verdict | undefined>(latest?.verdict)
  const form = useForm(verdictForm, { note: '' })
  const note = form.reading.ok ? form.reading.value.note : ''
  const save = useAction((client) =>
    client.drift.say({
      ...whereOf(row.id, bundle),
      window,
      ...(verdict && { verdict }),
      ...(note !== '' && { note }),
    }),
  )
  const missing =
    form.missing ?? (verdict === undefined && note === '' ? words.needsOne : undefined)
  const next = nextModel(fleet.rows, row.id)
  const commit = async () => {
    if (missing !== undefined || save.busy || !(await save.act())) return
    form.reset()
    if (next) setQuery({ model: next.id, w: undefined, since: undefined, column: undefined })
  }
  useKeys({
    1: () => setVerdict('fine'),
    2: () => setVerdict('watch'),
    3: () => setVerdict('act'),
    'ctrl+enter': () => {
      void commit()
    },
  })
  return (
    <section className="panel drift-verdict" aria-label={words.verdict}>
      <div className="drift-verdict-row">
        <Choice label={words.onWhat(row.model, window)} verdict={verdict} onChoose={setVerdict} />
        <div className="grow">
          <TextField
            form={form}
            name="note"
            label={words.why}
            layout="stacked"
            className="drift-why"
            placeholder={words.whyHelp}
          />
        </div>
        <Button
          look="primary"
          keys="Ctrl ⏎"
          busy={save.busy}
          disabledBecause={missing}
          onClick={() => {
            void commit()
          }}
        >
          {next ? words.saveNext : words.save}
        </Button>
      </div>
      <p className="small soft">
        {fleet.waiting > 0 && words.kept(fleet.waiting)}
        {verdict === 'act' && words.actHolds}
      </p>
      <Wrong trouble={save.trouble} />
      <Spoken model={model} said={said} />
    </section>
  )
}
function Choice({
  label,
  verdict,
  onChoose,
}: {
  label: string
  verdict: Verdict | undefined
  onChoose: (verdict: Verdict) => void
}) {
  return (
    <div>
      <span className="small meta">
        {words.verdict} {label}
      </span>
      <div className="segmented" role="radiogroup" aria-label={words.verdict}>
        {VERDICTS.map((one, at) => (
          <button
            key={one}
            type="button"
            role="radio"
            aria-checked={verdict === one}
            className={one === 'act' && verdict === one ? 'drift-act' : undefined}
            onClick={() => onChoose(one)}
          >
            {capital(words.verdicts[one])} <Kbd>{String(at + 1)}</Kbd>
          </button>
        ))}
      </div>
    </div>
  )
}
/** What was said of this window so far, and the limits somebody proposes. */
function Spoken({ model, said }: { model: ModelDrift; said: readonly VerdictOperation[] }) {
  const proposal = openProposal(
    [...model.notes, ...model.windows.flatMap(({ verdicts }) => verdicts)],
    model.settings.limits,
  )
  return (
    <>
      {proposal?.limits && (
        <p className="small warning">
          {words.proposalOf(
            proposal.author,
            proposal.limits.watch.toFixed(2),
            proposal.limits.act.toFixed(2),
          )}
        </p>
      )}
      {said.length > 0 && <SaidList said={said} />}
    </>
  )
}
/** Everything that anybody said of this window, the latest first; people who disagree are marked. */
function SaidList({ said }: { said: readonly VerdictOperation[] }) {
  const rows = spokenRows(said),
    disagreeing = rows.filter(({ disagrees }) => disagrees)
  return (
    <section aria-label={words.saidSoFar}>
      <p className="small meta">{words.saidCount(rows.length)}</p>
      {disagreeing.length > 0 && (
        <p className="small warning" role="status">
          {words.disagree(
            disagreeing.map(({ said: { author, verdict } }) =>
              words.says(author, words.verdicts[verdict ?? 'open']),
            ),
          )}
        </p>
      )}
      <ol className="drift-said small" tabIndex={0} aria-label={words.saidSoFar}>
        {rows.map((row) => (
          <SaidRow key={row.key} row={row} />
        ))}
      </ol>
    </section>
  )
}
function SaidRow({ row: { said, isOverruled, isReplaced, disagrees } }: { row: SpokenRow }) {
  const isPast = isOverruled || isReplaced
  return (
    <li className={isPast ? 'row soft' : 'row'}>
      <b>{said.verdict ? words.verdicts[said.verdict] : words.noteOnly}</b>
      {said.column !== undefined && <span className="nowrap">{said.column}</span>}
      {disagrees && <span className="tag warning">{words.disagrees}</span>}
      {isOverruled && <span className="tag">{words.overruled}</span>}
      {isReplaced && <span className="tag">{words.replaced}</span>}
      <span className="ellipsis" title={said.note}>
        {said.note}
      </span>
      <span className="meta nowrap">{words.byWhom(said.author, formatMoment(said.at))}</span>
      <TakeBack id={said.id} />
    </li>
  )
}
const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1)
function TakeBack({ id }: { id: string }) {
  const back = useAction(async (client) => {
    await client.drift.takeBack({ operation: id })
    return true
  })
  return (
    <>
      <button
        type="button"
        className="link nowrap"
        onClick={() => {
          void back.act()
        }}
      >
        {words.takeBack}
      </button>
      {back.trouble && (
        <span className="danger" role="alert">
          {back.trouble.says}
        </span>
      )}
    </>
  )
}
