import { useEffect, useState, type ReactNode } from 'react'
import { Button } from './Controls'
import { Sign } from './Signs'

/** A sentence, and one button that says what to do about it. */
export const Empty = ({ says, children }: { says: ReactNode; children?: ReactNode }) => (
  <div className="state">
    <span>{says}</span>
    {children && <div className="state-actions">{children}</div>}
  </div>
)

const REASON_AFTER_MS = 3000
/** Skeleton rows for the very first visit only; after three seconds a reason. */
export function Loading({
  says = 'Still waiting for the first answer.',
  rows = 3,
}: {
  says?: ReactNode
  rows?: number
}) {
  const [slow, setSlow] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), REASON_AFTER_MS)
    return () => clearTimeout(timer)
  }, [])
  return (
    <div className="state" role="status" aria-busy="true">
      {slow ? <span>{says}</span> : <span className="visually-hidden">Loading</span>}
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className="skeleton" style={{ width: `${100 - row * 7}%` }} />
      ))}
    </div>
  )
}
interface Words {
  says: ReactNode
  remedy?: ReactNode
}
/** Old but readable: what has not answered since when, and a way to try again. */
export const Stale = ({ says, remedy, onRetry }: Words & { onRetry?: () => void }) => (
  <div className="state">
    <span>
      {says} {remedy}
    </span>
    {onRetry && (
      <div className="state-actions">
        <Button onClick={onRetry}>Retry</Button>
      </div>
    )}
  </div>
)
interface FailedProps extends Words {
  code?: string
  diagnosis?: () => string
  onRetry?: (() => void) | undefined
  retrySays?: string
  children?: ReactNode
}
/** What happened, why, what to do; the panel keeps its place and the diagnosis can be copied. */
export function Failed({
  says,
  remedy,
  code,
  diagnosis,
  onRetry,
  retrySays = 'Retry',
  children,
}: FailedProps) {
  return (
    <div className="state" role="alert">
      <div className="row" style={{ alignItems: 'flex-start' }}>
        <span style={{ paddingTop: 2 }}>
          <Sign sign="failed" />
        </span>
        <span>
          {says} {remedy}
        </span>
      </div>
      {code && (
        <span className="diagnosis" style={{ paddingLeft: 20 }}>
          {code}
        </span>
      )}
      <div className="state-actions">
        {children}
        {onRetry && <Button onClick={onRetry}>{retrySays}</Button>}
        <CopyButton
          says="Copy diagnosis"
          text={
            diagnosis ??
            (() => [code, says, remedy].filter((part) => typeof part === 'string').join('\n'))
          }
        />
      </div>
    </div>
  )
}
/** Calm, no red, no retry: what may not be done and who can grant it. */
export const Forbidden = ({ says, remedy, request }: Words & { request?: string }) => (
  <div className="state">
    <span>
      {says} {remedy}
    </span>
    {request && (
      <div className="state-actions">
        <CopyButton says="Copy the request" text={() => request} />
      </div>
    )}
  </div>
)
/** Works, and costs something that people should know. */
export const Warning = ({ says }: { says: ReactNode }) => (
  <p className="row control-text" style={{ alignItems: 'flex-start' }}>
    <span style={{ paddingTop: 2 }}>
      <Sign sign="warning" />
    </span>
    <span>{says}</span>
  </p>
)
/** What is missing, and what is shown instead. */
export const Partly = ({ says, children }: { says: ReactNode; children?: ReactNode }) => (
  <div className="state soft">
    <span>{says}</span>
    {children && <div className="state-actions">{children}</div>}
  </div>
)

/** Copies text and says so for as long as the button is on screen. */
export function CopyButton({
  says,
  text,
  small = false,
}: {
  says: string
  text: () => string
  small?: boolean
}) {
  const [result, setResult] = useState<'copied' | 'refused'>()
  const copy = () => {
    navigator.clipboard.writeText(text()).then(
      () => setResult('copied'),
      () => setResult('refused'),
    )
  }
  return (
    <>
      <Button small={small} onClick={copy}>
        {says}
      </Button>
      <span className="small meta" role="status">
        {result === 'copied'
          ? 'Copied.'
          : result === 'refused'
            ? 'The browser did not allow copying.'
            : ''}
      </span>
    </>
  )
}
