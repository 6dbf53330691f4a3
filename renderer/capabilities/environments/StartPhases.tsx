import type { ReactNode } from 'react'
import { lastKnown, useAction, useWatch } from '../../client'
import { Button, Failed, formatPromise, Loading, Sign } from '../../design'
import { words } from './words'

const SIGN = { done: 'done', running: 'running', failed: 'failed', waiting: 'waiting' } as const

/** An environment as it starts: quota, node, image, volumes and server against the promise, and the way in; brief where the steps stand elsewhere. */
export function StartPhases({
  namespace,
  name,
  brief = false,
  children,
}: {
  namespace: string
  name: string
  brief?: boolean
  children?: ReactNode
}) {
  const { remote, again } = useWatch(
    (client, options) => client.environments.watch({ namespace, name }, options),
    [namespace, name],
  )
  const open = useAction((client) => client.environments.open({ namespace, name }))
  const known = lastKnown(remote)?.value
  if (!known)
    return remote.at === 'failed' ? (
      <Failed
        says={remote.trouble.says}
        remedy={remote.trouble.remedy}
        code={remote.trouble.code}
        onRetry={again}
      />
    ) : (
      <Loading />
    )
  const enter = async () => {
    const opened = await open.act()
    // Opened by the shell in the person's browser; under the web host a new tab.
    if (opened) window.open(opened.url, '_blank', 'noopener')
  }
  return (
    <div className="stack">
      <div className="row wrap">
        <Button
          look="primary"
          busy={open.busy}
          disabledBecause={known.canOpen ? undefined : known.says}
          onClick={() => void enter()}
        >
          {open.busy ? words.opening : words.open}
        </Button>
        <span className="control-text soft" role="status">
          {known.phase}
          {known.elapsedSeconds === undefined
            ? ''
            : `, ${words.promise(formatPromise(known.promiseSeconds), formatPromise(known.elapsedSeconds))}`}
        </span>
        {children}
      </div>
      {open.trouble && (
        <Failed says={open.trouble.says} remedy={open.trouble.remedy} code={open.trouble.code} />
      )}
      {!brief && (
        <ol className="phases" aria-label={words.phases}>
          {known.phases.map((phase) => (
            <li key={phase.id} className={phase.state}>
              <Sign sign={SIGN[phase.state]} />
              <b>{phase.title}</b>
              <span className="soft ellipsis">{phase.says}</span>
              <span className="meta">
                {phase.seconds === undefined ? '' : formatPromise(phase.seconds)}
              </span>
            </li>
          ))}
        </ol>
      )}
    </div>
  )
}
