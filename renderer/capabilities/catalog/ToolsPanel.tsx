import { useState } from 'react'
import type { Tool } from '../../../preload/contract/records'
import { useAction, useAsk } from '../../client'
import {
  Button,
  Empty,
  Failed,
  formatClock,
  formatDuration,
  Panel,
  Sign,
  TextField,
  useForm,
} from '../../design'
import { RunPlan } from '../operations'
import { noteForm } from './forms'
import { byStage } from './view-model'
import { words } from './words'

const STAGES = ['evaluating', 'approved', 'retired'] as const
const SIGN = { pass: 'done', fail: 'failed', unknown: 'unknown' } as const

/** Tools by stage, and beside them how the test start of the chosen one went. */
export function ToolsPanel({ tools, onBring }: { tools: Tool[]; onBring: () => void }) {
  const [name, setName] = useState<string>()
  const chosen =
    tools.find(({ meta }) => meta.name === name) ?? byStage(tools, 'evaluating')[0] ?? tools[0]
  return (
    <Panel
      title={words.tools}
      means={words.toolsMeaning(tools.length)}
      actions={<Button onClick={onBring}>{words.bring}</Button>}
      flush
    >
      {tools.length === 0 ? (
        <div style={{ padding: '0 12px' }}>
          <Empty says={words.noTools} />
        </div>
      ) : (
        <div className="tool-board">
          {STAGES.map((stage) => (
            <div key={stage} role="group" aria-label={words[stage]} tabIndex={-1}>
              <h3>
                {words[stage]}
                <span className="meta">{byStage(tools, stage).length}</span>
              </h3>
              {byStage(tools, stage).map((tool) => (
                <button
                  key={tool.meta.name}
                  type="button"
                  className="tool-row"
                  aria-pressed={tool === chosen}
                  onClick={() => setName(tool.meta.name)}
                >
                  <b>{tool.spec.title}</b> {tool.spec.version}
                  <br />
                  <span className="meta">{tool.spec.owner}</span>
                </button>
              ))}
            </div>
          ))}
          {chosen && <TestStart key={chosen.meta.name} tool={chosen} />}
        </div>
      )}
    </Panel>
  )
}
type Checks = NonNullable<Tool['status']['testStart']>
const Results = ({ checks }: { checks: Checks['checks'] }) => (
  <ul>
    {checks.map((check) => (
      <li key={check.name}>
        <Sign sign={SIGN[check.result]} />
        <span>{check.result === 'fail' ? <b>{check.name}</b> : check.name}</span>
        <span className="small soft">{check.detail}</span>
      </li>
    ))}
  </ul>
)
/** Why a tool may not be approved yet: every check passed, or somebody writes why. */
function whyNotApproved(checks: Checks['checks'] | undefined, note: string): string | undefined {
  if (checks?.every(({ result }) => result === 'pass') || note.trim().length >= 10) return undefined
  const failing = checks?.filter(({ result }) => result === 'fail').length ?? 0
  return failing > 0
    ? `${failing} of the checks failed. ${words.noteNeeded}`
    : `${words.notAll} ${words.noteNeeded}`
}
function TestStart({
  tool: {
    meta,
    spec,
    status: { testStart },
  },
}: {
  tool: Tool
}) {
  const [testing, setTesting] = useState(false)
  return (
    <div className="test-start">
      <div className="row baseline">
        <b>{words.testOf(`${spec.title} ${spec.version}`)}</b>
        <span className="spring" />
        {testStart && (
          <span className="small meta">
            {words.took(formatClock(testStart.at), formatDuration(testStart.tookSeconds))}
          </span>
        )}
      </div>
      {testStart ? (
        <Results checks={testStart.checks} />
      ) : (
        <p className="control-text soft">{words.testNever}</p>
      )}
      {spec.notes.slice(-2).map(({ by, at, text }) => (
        <p key={at + by} className="small soft">
          {by} {formatClock(at)}: {text}
        </p>
      ))}
      <span className="spring" />
      <StageButtons
        name={meta.name}
        stage={spec.stage}
        resourceVersion={meta.resourceVersion}
        checks={testStart?.checks}
        onTest={() => setTesting(true)}
      />
      {testing && <TestPlan name={meta.name} onClose={() => setTesting(false)} />}
    </div>
  )
}
interface StageProps {
  name: string
  stage: Tool['spec']['stage']
  resourceVersion: string
  checks: Checks['checks'] | undefined
  onTest: () => void
}
function StageButtons({ name, stage, resourceVersion, checks, onTest }: StageProps) {
  const form = useForm(noteForm, { note: '' })
  const note = form.reading.ok ? form.reading.value.note : undefined
  const set = useAction((client, to: Tool['spec']['stage']) =>
    client.catalog.setToolStage({ name, stage: to, note: note ?? '', resourceVersion }),
  )
  return (
    <>
      <TextField form={form} name="note" label={words.note} layout="stacked" />
      <div className="row wrap">
        <Button look="primary" onClick={onTest}>
          {checks ? words.testAgain : words.test}
        </Button>
        {stage !== 'approved' && (
          <Button
            busy={set.busy}
            disabledBecause={form.missing ?? whyNotApproved(checks, note ?? '')}
            onClick={() => void set.act('approved')}
          >
            {words.approve}
          </Button>
        )}
        {stage === 'approved' && (
          <Button
            busy={set.busy}
            disabledBecause={form.missing}
            onClick={() => void set.act('retired')}
          >
            {words.retire}
          </Button>
        )}
        {stage === 'retired' && (
          <Button
            busy={set.busy}
            disabledBecause={form.missing}
            onClick={() => void set.act('evaluating')}
          >
            {words.evaluate}
          </Button>
        )}
      </div>
      {set.trouble && (
        <Failed says={set.trouble.says} remedy={set.trouble.remedy} code={set.trouble.code} />
      )}
    </>
  )
}
function TestPlan({ name, onClose }: { name: string; onClose: () => void }) {
  const plan = useAsk((client, options) => client.catalog.planTestTool({ name }, options), [name])
  return <RunPlan plan={plan} onStarted={onClose} />
}
