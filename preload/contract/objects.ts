/** One object of a cluster: its story, logs, terminal, manifest and what may be done to it. */
export const objects = {}
