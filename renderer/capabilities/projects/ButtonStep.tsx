import type { Draft } from '../../../preload/contract/projects'
import type { Operation } from '../../../preload/contract/operations'
import { hrefOf, lastKnown, recordedTrouble, useRecord } from '../../client'
import {
  Button,
  Facts,
  Failed,
  formatDuration,
  formatGi,
  LinkButton,
  Panel,
  Sign,
} from '../../design'
import { StartPhases } from '../environments/StartPhases'
import { openDrawer, useOperations } from '../operations'
import type { Problem } from './wizard'
import { words } from './words'

interface StepProps {
  draft: Draft
  problems: Problem[]
  operationId: string | undefined
}
/** Step 5: what was chosen, then the operation as it runs, then the notebook. */
export function ButtonStep({ draft, problems, operationId }: StepProps) {
  const operations = useOperations((state) => state.operations)
  const operation = lastKnown(operations)?.value.find(({ id }) => id === operationId)
  return (
    <Panel title={words.step.button} means={operation ? operation.title : words.planMeaning}>
      <div className="scroll">
        {!operation && <Summary draft={draft} problems={problems} />}
        {operation && <Running operation={operation} />}
      </div>
    </Panel>
  )
}
function Summary({ draft, problems }: { draft: Draft; problems: Problem[] }) {
  const { size } = draft
  return (
    <div className="stack" style={{ maxWidth: 560 }}>
      <Facts
        facts={[
          [words.field.question, draft.project.question ?? draft.existingProject ?? ''],
          [
            words.step.environment,
            size
              ? `${size.name}: ${size.cpuCores} cores, ${formatGi(size.memoryGi)}`
              : words.step.environmentEmpty,
          ],
          [words.step.tools, draft.tool ?? words.step.toolsEmpty],
          [
            words.step.data,
            draft.data.map(({ source }) => source).join(', ') || words.step.dataEmpty,
          ],
        ]}
      />
      {problems.map(({ field, says }) => (
        <p key={field} className="row control-text">
          <Sign sign="warning" /> {says}
        </p>
      ))}
    </div>
  )
}
function Running({ operation }: { operation: Operation }) {
  const namespace = operation.subject.namespace ?? ''
  const environment = useRecord('Environment', operation.subject.name, namespace)
  const trouble = recordedTrouble(operation.failure)
  return (
    <div className="stack">
      {environment && (
        <StartPhases namespace={namespace} name={operation.subject.name} brief>
          <LinkButton href={hrefOf(['discover', namespace, operation.subject.name])}>
            {words.toEnvironment}
          </LinkButton>
        </StartPhases>
      )}
      <ol className="phases">
        {operation.steps.map((step) => (
          <li key={step.id} className={step.state}>
            <Sign
              sign={
                step.state === 'done'
                  ? 'done'
                  : step.state === 'running'
                    ? 'running'
                    : step.state === 'failed'
                      ? 'failed'
                      : step.state === 'skipped' || step.state === 'undone'
                        ? 'skipped'
                        : 'waiting'
              }
            />
            <b>{step.title}</b>
            <span className="soft ellipsis">{step.detail}</span>
            <span className="meta">
              {step.promiseSeconds === undefined ? '' : formatDuration(step.promiseSeconds)}
            </span>
          </li>
        ))}
      </ol>
      {trouble && (
        <Failed says={trouble.says} remedy={trouble.remedy} code={trouble.code}>
          <Button onClick={() => openDrawer(operation.id)}>{words.showSteps}</Button>
        </Failed>
      )}
    </div>
  )
}
