import type { SiteState } from '../../../../preload/contract/sites'
import { hrefOf, useCore, type Trouble } from '../../../client'
import { Failed, LinkButton } from '../../../design'
import { causeLine, diagnosisOf, signInFor } from '../view-model'
import { words } from '../words'

interface ToldProps {
  trouble: Trouble
  site?: Pick<SiteState, 'id' | 'name'> & Partial<SiteState>
  onRetry?: (() => void) | undefined
  retrySays?: string
  /** Whether the screen itself signs in, so that no other way there is offered. */ signsInHere?: boolean
}
/** What stands in the way of a site, with its cause by kind, the way to sign in where that is the remedy, and a diagnosis to pass on. */
export function Told({ trouble, site, onRetry, retrySays, signsInHere = false }: ToldProps) {
  const { now } = useCore()
  const signIn = signsInHere ? undefined : signInFor(trouble, site)
  return (
    <Failed
      says={trouble.says}
      remedy={trouble.remedy}
      code={causeLine(trouble)}
      onRetry={onRetry}
      {...(retrySays !== undefined && { retrySays })}
      diagnosis={() => diagnosisOf(trouble, site, now())}
    >
      {signIn && (
        <LinkButton
          look="primary"
          href={hrefOf(['connect'], {
            'sign-in': signIn.identity,
            ...(signIn.site !== undefined && { site: signIn.site }),
          })}
        >
          {words.signIn}
        </LinkButton>
      )}
    </Failed>
  )
}
