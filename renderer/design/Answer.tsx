import type { ReactNode } from 'react'
import { Failed, Loading } from './States'

interface Trouble {
  says: ReactNode
  remedy?: ReactNode
  code?: string
}
/** What went wrong with something that was asked or done, where something did. */
export const TroubleNote = ({
  trouble,
  onRetry,
  children,
}: {
  trouble: Trouble | undefined
  onRetry?: () => void
  children?: ReactNode
}) =>
  trouble && (
    <Failed
      says={trouble.says}
      remedy={trouble.remedy}
      {...(trouble.code !== undefined && { code: trouble.code })}
      onRetry={onRetry}
    >
      {children}
    </Failed>
  )

/** Facts as the client keeps them: the newest, or those of before while newer ones load or failed to come. */
type Asked<T> =
  | { at: 'idle' | 'loading'; last?: { value: T } }
  | { at: 'ready'; value: T }
  | { at: 'failed'; trouble: Trouble; last?: { value: T } }
interface AnswerProps<T> {
  remote: Asked<T>
  again?: () => void
  /** Said while the first answer takes its time. */ waits?: ReactNode
  children: (value: T) => ReactNode
}
/** The ladder of everything that is asked for: loading, what failed and how to try again, and the last answer there is, which stays beside a failure. */
export function Answer<T>({ remote, again, waits, children }: AnswerProps<T>) {
  const last = remote.at === 'ready' ? remote : remote.last
  return (
    <>
      {remote.at === 'failed' && (
        <TroubleNote trouble={remote.trouble} {...(again && { onRetry: again })} />
      )}
      {!last && remote.at !== 'failed' && <Loading {...(waits !== undefined && { says: waits })} />}
      {last && children(last.value)}
    </>
  )
}
