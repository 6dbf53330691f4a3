import { useState } from 'react'
import type { Approval, NotebookAsk } from '../../../../preload/contract/burst'
import { useAsk, type Remote } from '../../../client'
import {
  Avatar,
  Button,
  Diff,
  Empty,
  Failed,
  formatUsd,
  formatWhen,
  Loading,
  PageHead,
  Panel,
  Partly,
  Tag,
} from '../../../design'
import { RunPlan } from '../../operations'
import { useSiteNow } from '../../sites/store'
import { BurstTabs } from '../BurstTabs'
import { BudgetSection } from '../parts/Advice'
import { Deny } from '../parts/Deny'
import { askKey, NotebookAskPlan, NotebookAskRow } from '../parts/NotebookAsks'
import { useApprovals, useNotebookAsks, valueOf } from '../queue'
import { gpusSay, inClock, moveHref, refKey } from '../view-model'
import { words } from '../words'

/** What waits for a lead: diff, price, budget after; two clicks. */
export function ApprovalsScreen() {
  const approvals = useApprovals()
  const asked = useNotebookAsks()
  const all = valueOf(approvals.remote)
  const asks = valueOf(asked.remote) ?? []
  const [chosen, setChosen] = useState<string>()
  const [denied, setDenied] = useState<Approval>()
  return (
    <div className="screen">
      <PageHead
        title={words.tab.approvals}
        crumbs={[{ says: words.burst, href: '#/burst' }]}
        actions={<BurstTabs at="approvals" approvals={all && all.length + asks.length} />}
      />
      <div className="screen-body with-side">
        <Panel title={words.tab.approvals} means={words.approvalsMeans} flush>
          <div className="scroll grow" tabIndex={0} role="group" aria-label={words.approvalsMeans}>
            <ul className="approvals">
              {asks.map((each) => (
                <NotebookAskRow
                  key={askKey(each)}
                  ask={each}
                  chosen={askKey(each) === chosen}
                  onChoose={() => setChosen(askKey(each))}
                />
              ))}
              {all?.map((approval) => (
                <Row
                  key={refKey(approval.ref)}
                  approval={approval}
                  chosen={refKey(approval.ref) === chosen}
                  onChoose={() => setChosen(refKey(approval.ref))}
                  onDeny={() => setDenied(approval)}
                />
              ))}
            </ul>
            {asked.remote.at === 'failed' && (
              <Partly says={words.asksUnread(asked.remote.trouble.says)} />
            )}
            {!all?.length && (asks.length === 0 || approvals.remote.at === 'failed') && (
              <div style={{ padding: '0 12px' }}>
                <None remote={approvals.remote} again={approvals.again} />
              </div>
            )}
          </div>
        </Panel>
        <Chosen
          approval={all?.find(({ ref }) => refKey(ref) === chosen)}
          ask={asks.find((each) => askKey(each) === chosen)}
          onDone={() => setChosen(undefined)}
        />
      </div>
      {denied && (
        <Deny
          name={denied.ref.name}
          refuse={(client, reason) => client.burst.refuse({ ...denied.ref, reason })}
          opened
          onClose={() => setDenied(undefined)}
        />
      )}
    </div>
  )
}
function Chosen({
  approval,
  ask,
  onDone,
}: {
  approval: Approval | undefined
  ask: NotebookAsk | undefined
  onDone: () => void
}) {
  if (approval)
    return <ApprovePlan key={refKey(approval.ref)} approval={approval} onDone={onDone} />
  if (ask) return <NotebookAskPlan key={askKey(ask)} ask={ask} onDone={onDone} />
  return (
    <Panel title={words.plan}>
      <Partly says={words.pick} />
    </Panel>
  )
}
function None({ remote, again }: { remote: Remote<Approval[]>; again: () => void }) {
  if (remote.at === 'failed')
    return (
      <Failed
        says={remote.trouble.says}
        remedy={remote.trouble.remedy}
        code={remote.trouble.code}
        onRetry={again}
      />
    )
  return remote.at === 'ready' ? (
    <Empty says={`${words.noApprovals} ${words.noApprovalsSays}`} />
  ) : (
    <Loading says={words.loadingApprovals} rows={4} />
  )
}
interface RowProps {
  approval: Approval
  chosen: boolean
  onChoose: () => void
  onDeny: () => void
}
function Row({ approval, chosen, onChoose, onDeny }: RowProps) {
  const now = useSiteNow(15_000)
  const { ref, by, at, proposedBy, note, usd, savedSeconds, workload, lines, budgets, says } =
    approval
  return (
    <li className={chosen ? 'chosen' : undefined}>
      <div className="row approval-head">
        <b>
          <a href={moveHref(ref)}>
            {ref.namespace} {ref.name}
          </a>
        </b>
        <span className="soft control-text">{gpusSay(workload)}</span>
        <Tag>{words.proposedBy[proposedBy]}</Tag>
        <span className="row control-text soft">
          <Avatar person={by} />
          {by}, {formatWhen(at, now)}
        </span>
        <span className="spring" />
        <b className="cloud-text">{formatUsd(usd)}</b>
        {savedSeconds !== undefined && savedSeconds > 0 && (
          <span className="control-text soft">{words.saves(savedSeconds)}</span>
        )}
        <Button look="primary" onClick={onChoose}>
          {words.approve}
          <span className="visually-hidden"> {ref.name}</span>
        </Button>
        <Button look="quiet" onClick={onDeny}>
          {words.deny}
          <span className="visually-hidden"> {ref.name}</span>
        </Button>
      </div>
      <p className="control-text soft">
        {note ? `“${note}” ` : ''}
        {inClock(says, now)}
      </p>
      <div className="side-by-side">
        <Diff lines={lines} label={words.twoLines} />
        <div>
          {budgets.map((stand) => (
            <BudgetSection key={`${stand.scope}${stand.period}`} stand={stand} />
          ))}
        </div>
      </div>
    </li>
  )
}
function ApprovePlan({ approval, onDone }: { approval: Approval; onDone: () => void }) {
  const plan = useAsk(
    (client, options) => client.burst.planApprove(approval.ref, options),
    [refKey(approval.ref)],
  )
  return <RunPlan plan={plan} onStarted={onDone} />
}
