import type { ReactNode } from 'react'
import type { Draft } from '../../../preload/contract/projects'
import type { Tool } from '../../../preload/contract/records'
import { formatDay, formatDuration, NumberField, Segmented, TextField } from '../../design'
import type { MachineForm } from '../projects/wizard-forms'
import { words } from './words'

interface RowProps {
  label: string
  says: string
  children: (id: string) => ReactNode
}
const Row = ({ label, says, children }: RowProps) => {
  const id = `env-${label.toLowerCase().replace(/\W+/g, '-')}`
  return (
    <div className="option-row">
      <label htmlFor={id}>{label}</label>
      <div className="option-control">
        {children(id)}
        <span className="meta">{says}</span>
      </div>
    </div>
  )
}
/** What happens when it idles, fails or ends, and how large its workspace is. */
export function Options({
  draft,
  form,
  tool,
  now,
  change,
}: {
  draft: Draft
  form: MachineForm
  tool: Tool | undefined
  now: number
  change: (patch: Partial<Draft>) => void
}) {
  const several = tool?.spec.severalReplicas === true
  return (
    <div className="options">
      <Availability draft={draft} form={form} several={several} change={change} />
      {draft.availability === 'high' && several && (
        <div className="option-row">
          <NumberField form={form} name="replicas" label={words.replicas} layout="mini" />
        </div>
      )}
      <Times draft={draft} now={now} change={change} />
      <div className="option-row">
        <TextField
          form={form}
          name="protectedHours"
          label={words.protectedHours}
          help={words.protectedSays}
          layout="mini"
          placeholder={words.protectedDefault}
        />
      </div>
      <div className="option-row">
        <NumberField
          form={form}
          name="workspaceGi"
          label={words.workspace}
          help={words.workspaceSays}
          layout="mini"
          unit={words.gb}
        />
      </div>
    </div>
  )
}
function Availability({
  draft,
  form,
  several,
  change,
}: {
  draft: Draft
  form: MachineForm
  several: boolean
  change: (patch: Partial<Draft>) => void
}) {
  const highSays = several ? words.highSays : `${words.highSays} ${words.highOne}`
  return (
    <div className="option-row">
      <span>{words.availability}</span>
      <div className="option-control">
        <Segmented
          label={words.availability}
          value={draft.availability}
          onChange={(availability) => {
            if (availability === 'single') form.set({ replicas: '1' })
            change({ availability })
          }}
          options={[
            { value: 'single', says: words.single },
            { value: 'high', says: words.high },
          ]}
        />
        <span className="meta">
          {draft.availability === 'single' ? words.singleSays : highSays}
        </span>
      </div>
    </div>
  )
}
function Times({
  draft,
  now,
  change,
}: {
  draft: Draft
  now: number
  change: (patch: Partial<Draft>) => void
}) {
  const days = Math.round(draft.hoursToLive / 24)
  return (
    <>
      <Row
        label={words.timeToLive}
        says={words.ends(formatDay(now + draft.hoursToLive * 3_600_000))}
      >
        {(id) => (
          <>
            <input
              id={id}
              type="range"
              min={1}
              max={60}
              value={days}
              aria-valuetext={`${days} d`}
              onChange={({ target }) => change({ hoursToLive: Number(target.value) * 24 })}
            />
            <b className="value">{days} d</b>
          </>
        )}
      </Row>
      <Row label={words.pauseWhenIdle} says={words.pauseSays}>
        {(id) => (
          <>
            <input
              id={id}
              type="range"
              min={15}
              max={480}
              step={15}
              value={draft.pauseAfterMinutes}
              aria-valuetext={formatDuration(draft.pauseAfterMinutes * 60)}
              onChange={({ target }) => change({ pauseAfterMinutes: Number(target.value) })}
            />
            <b className="value">{formatDuration(draft.pauseAfterMinutes * 60)}</b>
          </>
        )}
      </Row>
    </>
  )
}
