/** Node groups, prices and what is billed. */
export const cloud = {}
