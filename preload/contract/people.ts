/** The people and groups of the company directory. */
export const people = {}
