/** Lists of what a cluster holds. */
export const cluster = {}
