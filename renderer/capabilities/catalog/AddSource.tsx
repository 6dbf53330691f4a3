import { useState } from 'react'
import {
  Classification,
  DataSourceSpec,
  SourceKind,
} from '../../../preload/contract/records/catalog'
import { useAsk } from '../../client'
import { Button, Panel } from '../../design'
import { openDrawer, PlanPanel } from '../operations'
import { useSettled } from '../projects/settled'
import { nameFrom } from '../projects/wizard'
import { useHome, useSites } from '../sites/store'
import { firstIssue, MiniField } from './MiniField'
import { words } from './words'

type Kind = DataSourceSpec['kind']
const PLACE: Record<Kind, 'claim' | 'uri' | 'table' | 'topic' | 'path'> = {
  volume: 'claim',
  s3: 'uri',
  lakefs: 'uri',
  sql: 'table',
  kafka: 'topic',
  share: 'path',
}
const BLANK = {
  title: '',
  description: '',
  kind: 'volume' as Kind,
  lies: '',
  classification: 'internal' as DataSourceSpec['classification'],
  team: '',
  freshWithinHours: 24,
}

/** A source of data: where it lies, whose it is, how fresh it has to be and where it may be used. */
export function AddSource({ onClose }: { onClose: () => void }) {
  const sites = useSites()
  const home = useHome()
  const [form, setForm] = useState(BLANK)
  const [site, setSite] = useState(home?.id ?? '')
  const [mayGoTo, setMayGoTo] = useState<string[]>(home ? [home.id] : [])
  const set = (patch: Partial<typeof BLANK>) => setForm({ ...form, ...patch })
  const { lies, ...rest } = form
  const spec = {
    ...rest,
    site,
    owner: home?.user ?? '',
    mayGoTo,
    location: { [PLACE[form.kind]]: lies },
  }
  const name = nameFrom(form.title)
  const problem =
    name === ''
      ? `${words.form.title}: …`
      : lies === ''
        ? `${words.form.location}: …`
        : form.team === ''
          ? `${words.form.team}: …`
          : firstIssue(DataSourceSpec.safeParse(spec))
  const settled = useSettled(JSON.stringify({ name, spec }), 500)
  const plan = useAsk(
    async (client, options) =>
      client.catalog.planAddSource(
        JSON.parse(settled) as { name: string; spec: DataSourceSpec },
        options,
      ),
    [problem === undefined ? settled : ''],
  )
  return (
    <div className="stack" style={{ minHeight: 0 }}>
      <Panel
        title={words.addTitle}
        actions={
          <Button look="quiet" small onClick={onClose}>
            {words.form.cancel}
          </Button>
        }
      >
        <div className="mini-form">
          <MiniField label={words.form.title}>
            {(id) => (
              <input
                id={id}
                className="field-box"
                autoFocus
                value={form.title}
                onChange={({ target }) => set({ title: target.value })}
              />
            )}
          </MiniField>
          <MiniField label={words.form.kind}>
            {(id) => (
              <select
                id={id}
                className="field-box"
                value={form.kind}
                onChange={({ target }) => set({ kind: SourceKind.parse(target.value) })}
              >
                {SourceKind.options.map((kind) => (
                  <option key={kind} value={kind}>
                    {words.kinds[kind]}
                  </option>
                ))}
              </select>
            )}
          </MiniField>
          <MiniField label={words.form.location}>
            {(id) => (
              <input
                id={id}
                className="field-box mono"
                placeholder={words.form.locationHelp}
                value={form.lies}
                onChange={({ target }) => set({ lies: target.value.trim() })}
              />
            )}
          </MiniField>
          <MiniField label={words.form.site}>
            {(id) => (
              <select
                id={id}
                className="field-box"
                value={site}
                onChange={({ target }) => setSite(target.value)}
              >
                {sites.map((one) => (
                  <option key={one.id} value={one.id}>
                    {one.name}
                  </option>
                ))}
              </select>
            )}
          </MiniField>
          <MiniField label={words.form.team}>
            {(id) => (
              <input
                id={id}
                className="field-box"
                value={form.team}
                onChange={({ target }) => set({ team: target.value })}
              />
            )}
          </MiniField>
          <MiniField label={words.form.class}>
            {(id) => (
              <select
                id={id}
                className="field-box"
                value={form.classification}
                onChange={({ target }) =>
                  set({ classification: Classification.parse(target.value) })
                }
              >
                {Classification.options.map((one) => (
                  <option key={one}>{one}</option>
                ))}
              </select>
            )}
          </MiniField>
          <MiniField label={words.form.fresh}>
            {(id) => (
              <input
                id={id}
                type="number"
                min={0}
                className="field-box"
                value={form.freshWithinHours}
                onChange={({ target }) => set({ freshWithinHours: Number(target.value) })}
              />
            )}
          </MiniField>
          <MiniField label={words.form.description}>
            {(id) => (
              <input
                id={id}
                className="field-box"
                value={form.description}
                onChange={({ target }) => set({ description: target.value })}
              />
            )}
          </MiniField>
          <fieldset className="wide row" style={{ border: 0, padding: 0, margin: 0 }}>
            <legend className="visually-hidden">{words.columns.mayGoTo}</legend>
            {words.columns.mayGoTo}
            {sites.map((one) => (
              <label key={one.id} className="check">
                <input
                  type="checkbox"
                  checked={mayGoTo.includes(one.id)}
                  onChange={({ target }) =>
                    setMayGoTo(
                      target.checked ? [...mayGoTo, one.id] : mayGoTo.filter((id) => id !== one.id),
                    )
                  }
                />{' '}
                {one.name}
              </label>
            ))}
          </fieldset>
        </div>
      </Panel>
      <PlanPanel
        grows
        remote={problem === undefined ? plan.remote : undefined}
        again={plan.again}
        disabledBecause={problem}
        empty={problem}
        onStarted={(operationId) => {
          openDrawer(operationId)
          onClose()
        }}
      />
    </div>
  )
}
