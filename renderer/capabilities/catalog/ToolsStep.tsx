import type { Draft } from '../../../preload/contract/projects'
import type { Tool } from '../../../preload/contract/records'
import { Empty, Panel, Tag } from '../../design'
import { tooSmall } from './view-model'
import { words } from './words'

interface StepProps {
  draft: Draft
  tools: Tool[]
  suggested: Tool | undefined
  change: (patch: Partial<Draft>) => void
}
/** Step 3: what to work in. Approved tools first; those still evaluated say so; retired ones are not offered. */
export function ToolsStep({ draft, tools, suggested, change }: StepProps) {
  const offered = tools
    .filter(({ spec }) => spec.stage !== 'retired')
    .sort((a, b) => Number(a.spec.stage !== 'approved') - Number(b.spec.stage !== 'approved'))
  const chosen = draft.tool ?? suggested?.meta.name
  return (
    <Panel title={words.tools} means={words.toolStepMeaning}>
      <div className="scroll">
        {offered.length === 0 && <Empty says={words.noTools} />}
        <div className="pick-cards" role="radiogroup" aria-label={words.tools}>
          {offered.map((tool) => {
            const small = tooSmall(tool, draft.size)
            const on = tool.meta.name === chosen
            return (
              <button
                key={tool.meta.name}
                type="button"
                role="radio"
                aria-checked={on}
                className="size-card"
                {...(small === undefined
                  ? { onClick: () => change({ tool: tool.meta.name }) }
                  : { 'aria-disabled': true })}
              >
                <span className="row">
                  <b>{tool.spec.title}</b>
                  <span className="meta">{tool.spec.version}</span>
                  <span className="spring" />
                  {tool.meta.name === suggested?.meta.name && !draft.tool && (
                    <Tag>{words.suggested}</Tag>
                  )}
                  {tool.spec.stage === 'evaluating' && <Tag tone="dashed">{words.onlyTeam}</Tag>}
                  <span className="radio" />
                </span>
                <span className="control-text soft">
                  {words.minimum(tool.spec.minimum.cpuCores, tool.spec.minimum.memoryGi)} ·{' '}
                  {tool.spec.severalReplicas ? words.severalSays : words.oneSays}
                </span>
                <span className="mono meta ellipsis">
                  {tool.spec.image.replace(/@sha256:(.{12}).*/, '@sha256:$1…')}
                </span>
                <span className="small soft">
                  {small ?? tool.spec.notes[tool.spec.notes.length - 1]?.text ?? ''}
                </span>
              </button>
            )
          })}
        </div>
      </div>
    </Panel>
  )
}
