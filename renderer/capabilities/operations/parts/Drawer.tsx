import { useEffect, useRef } from 'react'
import type { Operation } from '../../../../preload/contract/operations'
import {
  lastKnown,
  recordedTrouble,
  useAction,
  useNow,
  useRecord,
  type Remote,
} from '../../../client'
import {
  Button,
  Failed,
  formatClock,
  formatDuration,
  formatWhen,
  Icon,
  Kbd,
  ProgressBar,
  Sign,
  Tag,
} from '../../../design'
import { useSites } from '../../sites/store'
import { siteAge } from '../../sites/view-model'
import { closeDrawer, openDrawer, useOperations } from '../store'
import {
  activeOldestFirst,
  currentStep,
  elapsedSays,
  isActive,
  operationSign,
  shareOf,
  stepSign,
} from '../view-model'
import { words } from '../words'

const NONE: Operation[] = []
/** Running and finished operations: a bar when closed; list, steps and journal when open. */
export function OperationsDrawer() {
  const { operations, drawer, selected } = useOperations()
  const all = lastKnown(operations)?.value ?? NONE
  const open = drawer === 'open'
  return (
    <footer className={`operations ${open ? 'open' : ''}`} data-region tabIndex={-1}>
      {open && (
        <OpenDrawer
          all={all}
          remote={operations}
          selected={all.find(({ id }) => id === selected) ?? activeOldestFirst(all)[0] ?? all[0]}
        />
      )}
      <div className="operations-bar">
        <button
          type="button"
          aria-expanded={open}
          onClick={() => (open ? closeDrawer() : openDrawer())}
        >
          <Icon name={open ? 'down' : 'up'} size={12} weight={1.8} />
          {words.operations} <Kbd>Ctrl J</Kbd>
        </button>
        <BarSummary all={all} />
        <span className="spring" />
        <Ages />
      </div>
    </footer>
  )
}
function BarSummary({ all }: { all: readonly Operation[] }) {
  const active = activeOldestFirst(all)
  const [oldest] = active
  if (!oldest) {
    const last = all.find(({ state }) => state === 'done')
    return (
      <span role="status">
        {words.none}
        {last?.endedAt && (
          <>
            {' '}
            {words.last} <b>{last.title}</b>{' '}
            {words.doneIn(formatClock(last.endedAt), formatDuration(last.elapsedSeconds))}
          </>
        )}
      </span>
    )
  }
  const step = currentStep(oldest)
  const share = shareOf(oldest)
  return (
    <>
      <span className="row" role="status">
        <b style={{ color: 'var(--ink)' }}>{oldest.title}</b>
        {step && `${step.title}, ${words.step(step.at, step.of)}`}
      </span>
      {share !== undefined && <ProgressBar share={share} label={oldest.title} />}
      <span>{elapsedSays(oldest)}</span>
      {active.length > 1 && <span className="meta">{words.moreRunning(active.length - 1)}</span>}
    </>
  )
}
function Ages() {
  const sites = useSites()
  const now = useNow(1000)
  const book = useRecord('PriceBook', 'default')
  return (
    <>
      {sites
        .filter(({ state }) => state !== 'idle')
        .map((site) => (
          <span key={site.id}>
            {site.name} {siteAge(site, now)}
          </span>
        ))}
      {book && (
        <span>
          {words.prices} {formatWhen(book.spec.asOf, now)}
        </span>
      )}
    </>
  )
}

function OpenDrawer({
  all,
  remote,
  selected,
}: {
  all: readonly Operation[]
  remote: Remote<Operation[]>
  selected: Operation | undefined
}) {
  const frame = useRef<HTMLDivElement>(null)
  useEffect(() => {
    frame.current?.querySelector<HTMLElement>('[aria-pressed=true], h2')?.focus()
  }, [])
  const now = useNow(1000)
  const running = all.filter(isActive).length
  const failures = all.filter(({ state }) => state === 'failed').length
  return (
    <div className="operations-open" ref={frame}>
      <div>
        <div className="operations-head">
          <h2 tabIndex={-1}>{words.operations}</h2>
          <span className="meta">{words.summary(running, failures)}</span>
        </div>
        <div className="scroll grow">
          {remote.at === 'failed' && (
            <div style={{ padding: '0 12px' }}>
              <Failed
                says={remote.trouble.says}
                remedy={remote.trouble.remedy}
                code={remote.trouble.code}
              />
            </div>
          )}
          {all.length === 0 && remote.at !== 'failed' && (
            <p className="control-text soft" style={{ padding: '4px 12px' }}>
              {words.noneEver}
            </p>
          )}
          {all.map((operation) => (
            <OperationRow
              key={operation.id}
              operation={operation}
              chosen={operation.id === selected?.id}
              now={now}
            />
          ))}
        </div>
      </div>
      {selected ? (
        <>
          <Steps operation={selected} />
          <Journal operation={selected} />
        </>
      ) : (
        <>
          <div />
          <div />
        </>
      )}
    </div>
  )
}
function OperationRow({
  operation,
  chosen,
  now,
}: {
  operation: Operation
  chosen: boolean
  now: number
}) {
  const step = currentStep(operation)
  return (
    <button
      type="button"
      className="operation"
      aria-pressed={chosen}
      onClick={() => openDrawer(operation.id)}
    >
      <Sign sign={operationSign(operation)} />
      <span className="ellipsis">
        <b>{operation.title}</b>{' '}
        <span className="small meta">
          {isActive(operation) && step
            ? `${step.title}, ${words.step(step.at, step.of)}`
            : words.states[operation.state]}
        </span>
      </span>
      <span className="small meta">
        {isActive(operation)
          ? elapsedSays(operation)
          : operation.endedAt
            ? formatWhen(operation.endedAt, now)
            : ''}
      </span>
    </button>
  )
}
function Steps({ operation }: { operation: Operation }) {
  return (
    <div>
      <div className="operations-head">
        <h2>{operation.title}</h2>
        <span className="small meta ellipsis">
          {words.on(operation.site)},{' '}
          {words.askedBy(operation.by, formatClock(operation.startedAt))}
        </span>
        <span className="spring" />
        {operation.resumedAtStep !== undefined && (
          <Tag>{words.resumed(operation.resumedAtStep + 1, operation.steps.length)}</Tag>
        )}
      </div>
      <ol className="scroll grow">
        {operation.steps.map((step, index) => {
          const trouble = recordedTrouble(step.failure)
          return (
            <li
              key={step.id}
              className={`operation-step ${step.state === 'running' ? 'current' : ''}`}
            >
              <Sign sign={stepSign(step.state)} />
              <span>
                {index + 1} {step.title}
                {step.detail && <span className="soft">, {step.detail}</span>}
                {trouble && (
                  <span className="small danger" style={{ display: 'block' }}>
                    {trouble.says} {trouble.remedy}
                  </span>
                )}
              </span>
              <span className="small meta">
                {step.startedAt
                  ? `${formatClock(step.startedAt)}${step.endedAt ? `, ${formatDuration((Date.parse(step.endedAt) - Date.parse(step.startedAt)) / 1000)}` : ''}`
                  : words.stepStates[step.state]}
              </span>
            </li>
          )
        })}
      </ol>
    </div>
  )
}
function Journal({ operation }: { operation: Operation }) {
  const cancel = useAction((client) => client.operations.cancel({ operationId: operation.id }))
  const retry = useAction((client) => client.operations.retry({ operationId: operation.id }))
  const undo = useAction((client) => client.operations.undo({ operationId: operation.id }))
  const trouble =
    cancel.trouble ?? retry.trouble ?? undo.trouble ?? recordedTrouble(operation.failure)
  return (
    <div>
      <div className="operations-head">
        <h2>{words.whatHappened}</h2>
        <span className="spring" />
        <span className="small meta">{words.journal(operation.journal.length)}</span>
      </div>
      <div className="scroll grow" tabIndex={0} role="region" aria-label={words.whatHappened}>
        <dl className="journal">
          {operation.journal.map(({ at, says }, index) => (
            <JournalRow key={index} at={at} says={says} />
          ))}
        </dl>
        {operation.state === 'running' && (
          <p className="small soft" style={{ padding: '0 12px 6px' }}>
            <b>{words.cancelLeaves}</b> {operation.cancelLeaves}
          </p>
        )}
        {trouble && (
          <p className="small danger" style={{ padding: '0 12px 6px' }}>
            {trouble.says} {trouble.remedy}
          </p>
        )}
      </div>
      <div className="row" style={{ padding: '6px 12px' }}>
        {operation.state === 'running' && (
          <Button small busy={cancel.busy} onClick={() => void cancel.act()}>
            {words.cancel}
          </Button>
        )}
        {operation.state === 'failed' && (
          <Button small look="primary" busy={retry.busy} onClick={() => void retry.act()}>
            {words.retry}
          </Button>
        )}
        {operation.canUndo && !isActive(operation) && (
          <Button small busy={undo.busy} onClick={() => void undo.act()}>
            {words.undoIt}
          </Button>
        )}
      </div>
    </div>
  )
}
const JournalRow = ({ at, says }: { at: string; says: string }) => (
  <>
    <dt>{formatClock(at)}</dt>
    <dd>{says}</dd>
  </>
)
