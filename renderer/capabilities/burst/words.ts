/** Every text of stay-or-go, the queue, approvals, policy and journal. */
export const words = {
  parts: 'Parts of Burst', tab: { move: 'This move', queue: 'Queue', approvals: 'Approvals', replay: 'Replay', policy: 'Policy', journal: 'Journal', machines: 'Machines' },
}
