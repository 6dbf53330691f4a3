/** Every text about environments: sizes, phases and what can be done with one. */
export const words = {
  size: 'Size', fitsNow: 'Fits now', all: (count: number) => `All ${count}`, noneFits: 'Nothing fits now. All sizes shows what would wait, and for how long.',
  sizeMeaning: (asOf: string) => `what the connected sites have, checked ${asOf}`, perHour: 'per hour', noPrice: 'no price in the book', aDay: (amount: string) => `${amount} a work day`,
  cores: (cores: number) => `${cores} cores`, availability: 'Availability', single: 'Single', high: 'High',
  singleSays: 'one pod; after a node fault it restarts within 3 min.', highSays: 'priority class, disruption budget, no spot nodes.', highOne: 'This tool serves from one pod only, so High adds no second one.',
  replicas: 'Replicas', timeToLive: 'Time to live', ends: (day: string) => `ends ${day}; the volume stays until it is deleted`, pauseWhenIdle: 'Pause when idle', pauseSays: 'no activity told by the tool: it stops, the volumes stay',
  protectedHours: 'Protected hours', protectedSays: 'UTC; never paused then', protectedDefault: 'Mon to Fri 08:00 to 18:00', workspace: 'Workspace volume', workspaceSays: 'can grow later, cannot shrink', gb: 'GB',
  usualWaits: 'Usual wait by start hour', startsIn: (time: string) => `starts in ${time}`, waits: (low: string, high: string) => `waits ${low} to ${high}`, notForNotebooks: 'not for notebooks', loading: 'Asking the sites what they have', onPrem: 'on-prem, own price book', cloud: 'cloud, list price with its age', yours: 'yours',
  open: 'Open notebook', opening: 'Opening …', openAt: 'Open at', stop: 'Stop', resume: 'Resume', extend: 'Extend', resize: 'Resize', delete: 'Delete', save: 'Save a revision', keepWorkspace: 'keep the workspace volume',
  phases: 'Start', phasesMeaning: 'against the promise', promise: (promised: string, elapsed: string) => `${elapsed} of ${promised}`, facts: 'Environment', revisions: 'Revisions', revisionsMeaning: 'code, data, packages, images and metrics bound together',
  noRevisions: 'No revisions yet. Saving one keeps code, data and packages together.', extendDays: (days: number) => `Extend by ${days} d`, data: 'Data', noData: 'No data mounted.', notThere: 'There is no such environment. It may have been deleted.',
  moveTo: (site: string) => `Move to ${site}…`, moveAsked: (site: string, by: string) => `Move to ${site}, ${by} asks…`, returnIt: 'Return', noCloud: 'No cloud site is connected. Connect one under Sites.', refusedLabel: 'Move refused', refusedBy: (by: string, at: string, reason: string) => `${reason} (${by}, ${at})`, awayLabel: 'Away', awayOn: (site: string, since: string) => `its copy works on ${site} since ${since}`, perHourAway: (usd: string) => `${usd} an hour until it is returned`,
  memoryLost: 'What is in the memory of its kernels is lost. Save what matters to files first: those travel.', move: 'Move', moveMeaning: 'stopped here, the same image there',
  owner: 'Owner', machine: 'Machine', tool: 'Tool', image: 'Image', state: 'State', node: 'Node', pod: 'Pod', endsLabel: 'Ends', workload: 'Runs as', project: 'Project', change: 'Change', changeMeaning: 'each shows its plan first', item: 'Work item',
}
