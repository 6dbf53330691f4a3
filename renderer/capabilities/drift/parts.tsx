import { Failed } from '../../design'
import type { Trouble } from '../../client'

/** A model of the fleet, or of an opened bundle. */
export interface WhereModel {
  id: string
  bundle?: string
}
export const whereOf = (id: string, bundle: string | undefined): WhereModel =>
  bundle === undefined ? { id } : { id, bundle }

/** A failure in its words, where there is one. */
export const Wrong = ({ trouble, again }: { trouble: Trouble | undefined; again?: () => void }) =>
  trouble ? (
    <Failed says={trouble.says} remedy={trouble.remedy} code={trouble.code} onRetry={again} />
  ) : undefined
