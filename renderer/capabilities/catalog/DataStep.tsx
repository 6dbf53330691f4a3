import { useState } from 'react'
import type { Draft } from '../../../preload/contract/projects'
import type { DataSource } from '../../../preload/contract/records'
import { Button, Empty, FreshnessBar, Panel } from '../../design'
import { ClassCells } from './ClassCells'
import { freshnessOf, matches, sizeOf } from './view-model'
import { words } from './words'

interface StepProps {
  draft: Draft
  sources: DataSource[]
  site: string | undefined
  now: number
  change: (patch: Partial<Draft>) => void
}
type Picked = Draft['data'][number]
const MOUNTS = ['clone', 'read-only', 'pointer'] as const

/** Step 4: which data. Sources that may not be used on the chosen site stay visible and say so. */
export function DataStep({ draft, sources, site, now, change }: StepProps) {
  const [filter, setFilter] = useState('')
  const shown = sources.filter((source) => matches(source, filter))
  const set = (name: string, picked: Picked | undefined) =>
    change({
      data: [...draft.data.filter(({ source }) => source !== name), ...(picked ? [picked] : [])],
    })
  return (
    <Panel
      title={words.sources}
      means={words.dataStepMeaning}
      actions={
        <span className="control-text">
          <b>{shown.length}</b>{' '}
          <span className="meta">
            {words.count(shown.length, sources.length).replace(/^\d+ /, '')}
          </span>
        </span>
      }
    >
      <div className="row">
        <label className="filter-box grow">
          <span className="visually-hidden">{words.filter}</span>
          <input
            value={filter}
            placeholder={words.filter}
            data-filter
            onChange={({ target }) => setFilter(target.value)}
          />
        </label>
        {filter !== '' && (
          <Button look="quiet" onClick={() => setFilter('')}>
            {words.clear}
          </Button>
        )}
      </div>
      <div className="scroll pick-list">
        {sources.length === 0 && <Empty says={words.noSources} />}
        {sources.length > 0 && shown.length === 0 && <Empty says={words.noneMatch} />}
        {shown.map((source) => (
          <SourcePick
            key={source.meta.name}
            source={source}
            picked={draft.data.find((one) => one.source === source.meta.name)}
            site={site}
            now={now}
            onChange={(picked) => set(source.meta.name, picked)}
          />
        ))}
      </div>
    </Panel>
  )
}
interface PickProps {
  source: DataSource
  picked: Picked | undefined
  site: string | undefined
  now: number
  onChange: (picked: Picked | undefined) => void
}
function SourcePick({ source, picked, site, now, onChange }: PickProps) {
  const { meta, spec } = source
  const freshness = freshnessOf(source, now)
  const refused =
    site !== undefined && spec.mayGoTo.length > 0 && !spec.mayGoTo.includes(site)
      ? words.notHere(site)
      : undefined
  return (
    <div className={picked ? 'pick-row picked' : 'pick-row'}>
      <input
        type="checkbox"
        aria-label={words.pick(meta.name)}
        checked={picked !== undefined}
        {...(refused !== undefined && !picked && { disabled: true })}
        onChange={({ target }) => onChange(target.checked ? { source: meta.name } : undefined)}
      />
      <span className="ellipsis">
        <b>{meta.name}</b> <span className="meta">{words.kinds[spec.kind]}</span>
      </span>
      <span className="ellipsis soft">{refused ?? spec.team}</span>
      <span className="right">{sizeOf(source)}</span>
      <span className="row">
        <FreshnessBar
          ageSeconds={freshness.ageSeconds}
          promiseSeconds={freshness.promiseSeconds}
          label={freshness.says}
        />
        <span className={freshness.late ? 'warning' : 'soft'}>{freshness.says}</span>
      </span>
      {picked ? (
        <select
          className="field-box"
          aria-label={words.mountLabel(meta.name)}
          value={picked.mount ?? 'auto'}
          onChange={({ target }) => {
            const mount = MOUNTS.find((one) => one === target.value)
            onChange({ source: meta.name, ...(mount && { mount }) })
          }}
        >
          <option value="auto">{words.mount.auto}</option>
          {MOUNTS.map((one) => (
            <option key={one} value={one}>
              {words.mount[one]}
            </option>
          ))}
        </select>
      ) : (
        <ClassCells classification={spec.classification} />
      )}
    </div>
  )
}
