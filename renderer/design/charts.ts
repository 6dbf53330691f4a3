/** How the words along an axis look, in every chart. */
export const TICK = { fill: 'var(--ink3)', fontSize: 11 }
