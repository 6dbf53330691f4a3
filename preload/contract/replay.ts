/** What another policy would have cost. */
export const replay = {}
