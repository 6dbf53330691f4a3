import { useState } from 'react'
import type { NotebookAsk } from '../../../../preload/contract/burst'
import { hrefOf, useAsk } from '../../../client'
import { Avatar, Button, formatUsd, formatWhen, Tag } from '../../../design'
import { RunPlan } from '../../operations'
import { useSiteNow } from '../../sites/store'
import { words } from '../words'
import { Deny } from './Deny'

export const askKey = ({ namespace, name }: NotebookAsk) => `environment/${namespace}/${name}`
interface RowProps {
  ask: NotebookAsk
  chosen: boolean
  onChoose: () => void
}
/** Somebody asks to move an environment: what its machine costs an hour, and the two answers. */
export function NotebookAskRow({
  ask: { namespace, name, by, at, pool, usdPerHour },
  chosen,
  onChoose,
}: RowProps) {
  const now = useSiteNow(15_000)
  const [denying, setDenying] = useState(false)
  return (
    <li className={chosen ? 'chosen' : undefined}>
      <div className="row approval-head">
        <b>
          <a href={hrefOf(['discover', namespace, name])}>
            {namespace} {name}
          </a>
        </b>
        {pool !== undefined && <span className="soft control-text">{pool}</span>}
        <Tag>{words.environmentAsked}</Tag>
        <span className="row control-text soft">
          <Avatar person={by} />
          {by}, {formatWhen(at, now)}
        </span>
        <span className="spring" />
        <b className="cloud-text">{words.perHour(formatUsd(usdPerHour))}</b>
        <Button look="primary" onClick={onChoose}>
          {words.approve}
          <span className="visually-hidden"> {name}</span>
        </Button>
        <Button look="quiet" onClick={() => setDenying(true)}>
          {words.deny}
          <span className="visually-hidden"> {name}</span>
        </Button>
      </div>
      <p className="control-text soft">{words.environmentSays}</p>
      <Deny
        name={name}
        refuse={(client, reason) => client.burst.refuseNotebook({ namespace, name, reason })}
        opened={denying}
        onClose={() => setDenying(false)}
      />
    </li>
  )
}
export function NotebookAskPlan({
  ask: { namespace, name },
  onDone,
}: {
  ask: NotebookAsk
  onDone: () => void
}) {
  const plan = useAsk(
    (client, options) => client.burst.planNotebookMove({ namespace, name }, options),
    [namespace, name],
  )
  return <RunPlan plan={plan} onStarted={onDone} />
}
