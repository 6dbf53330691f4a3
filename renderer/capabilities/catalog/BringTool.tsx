import { useState } from 'react'
import { ToolKind, ToolSpec } from '../../../preload/contract/records/catalog'
import { useAsk } from '../../client'
import { Button, Panel } from '../../design'
import { openDrawer, PlanPanel } from '../operations'
import { MiniField, firstIssue } from './MiniField'
import { useSettled } from '../projects/settled'
import { nameFrom } from '../projects/wizard'
import { useHome } from '../sites/store'
import { words } from './words'

const BLANK = {
  title: '',
  version: '1',
  image: '',
  kind: 'custom' as ToolSpec['kind'],
  port: 8080,
  probePath: '/',
  cpuCores: 1,
  memoryGi: 2,
  severalReplicas: false,
}
/** A tool of one's own: an image pinned by digest and how to know that it runs. Its start is tested before anybody else sees it. */
export function BringTool({ onClose }: { onClose: () => void }) {
  const owner = useHome()?.user ?? ''
  const [form, setForm] = useState(BLANK)
  const set = (patch: Partial<typeof BLANK>) => setForm({ ...form, ...patch })
  const { cpuCores, memoryGi, ...rest } = form
  const spec = {
    ...rest,
    minimum: { cpuCores, memoryGi },
    stage: 'evaluating' as const,
    owner,
    notes: [],
  }
  const name = nameFrom(form.title)
  const problem = name === '' ? `${words.form.title}: …` : firstIssue(ToolSpec.safeParse(spec))
  const settled = useSettled(JSON.stringify({ name, spec }), 500)
  const plan = useAsk(
    async (client, options) =>
      client.catalog.planBringTool(
        JSON.parse(settled) as { name: string; spec: ToolSpec },
        options,
      ),
    [problem === undefined ? settled : ''],
  )
  return (
    <div className="stack" style={{ minHeight: 0 }}>
      <Panel
        title={words.bringTitle}
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
          <MiniField label={words.form.version}>
            {(id) => (
              <input
                id={id}
                className="field-box"
                value={form.version}
                onChange={({ target }) => set({ version: target.value })}
              />
            )}
          </MiniField>
          <MiniField label={words.form.image}>
            {(id) => (
              <input
                id={id}
                className="field-box mono"
                placeholder={words.form.imageHelp}
                value={form.image}
                onChange={({ target }) => set({ image: target.value.trim() })}
              />
            )}
          </MiniField>
          <MiniField label={words.form.kind}>
            {(id) => (
              <select
                id={id}
                className="field-box"
                value={form.kind}
                onChange={({ target }) => set({ kind: ToolKind.parse(target.value) })}
              >
                {ToolKind.options.map((kind) => (
                  <option key={kind}>{kind}</option>
                ))}
              </select>
            )}
          </MiniField>
          <MiniField label={words.form.port}>
            {(id) => (
              <input
                id={id}
                type="number"
                className="field-box"
                value={form.port}
                onChange={({ target }) => set({ port: Number(target.value) })}
              />
            )}
          </MiniField>
          <MiniField label={words.form.probe}>
            {(id) => (
              <input
                id={id}
                className="field-box mono"
                value={form.probePath}
                onChange={({ target }) => set({ probePath: target.value })}
              />
            )}
          </MiniField>
          <MiniField label={words.form.cores}>
            {(id) => (
              <input
                id={id}
                type="number"
                step={0.5}
                className="field-box"
                value={form.cpuCores}
                onChange={({ target }) => set({ cpuCores: Number(target.value) })}
              />
            )}
          </MiniField>
          <MiniField label={words.form.memory}>
            {(id) => (
              <input
                id={id}
                type="number"
                className="field-box"
                value={form.memoryGi}
                onChange={({ target }) => set({ memoryGi: Number(target.value) })}
              />
            )}
          </MiniField>
          <label className="wide check">
            <input
              type="checkbox"
              checked={form.severalReplicas}
              onChange={({ target }) => set({ severalReplicas: target.checked })}
            />{' '}
            {words.form.several}
          </label>
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
