/** Whoever administers a cluster, where nobody is known by name: one name for them everywhere. */
const ADMINISTRATORS = 'an administrator of the cluster'
const MOST_TOLD = 5

/** Who holds a right, as said to whoever lacks it. */
export const whoGrants = (people: readonly string[]): string =>
  people.length > 0 ? people.slice(0, MOST_TOLD).join(', ') : ADMINISTRATORS
/** "group leads can grant it." */
export const canGrant = (people: readonly string[]): string =>
  people.length > 0 ? `${whoGrants(people)} can grant it.` : `Ask ${ADMINISTRATORS} to grant it.`
/** "ask group leads" */
export const askThem = (people: readonly string[]): string => `ask ${whoGrants(people)}`
