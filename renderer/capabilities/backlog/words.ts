/** Every text about work items, gates and the backlog. */
export const words = {
  line: 'Line', lineMeaning: 'every question on its way to a model in use', items: 'Work items', noItems: 'No work items yet. A project begins with one.', notThere: 'There is no such work item. It may have been deleted.',
  columns: { item: 'Item', station: 'Station', since: 'There for', owner: 'Owner', state: 'State', revision: 'Revision', team: 'Team' },
  stations: {
    define: 'Define', environment: 'Environment', tools: 'Tools', data: 'Data', button: 'Push the button', work: 'Work', save: 'Save', drift: 'Drift check', backlog: 'Backlog',
    'mlops-tools': 'Tools', deploy: 'Deploy and A/B test', 'mlops-button': 'Push the button', watch: 'Watch', decide: 'Decide', 'in-use': 'In use', done: 'Done',
  },
  discovery: 'Discovery line', mlops: 'MLOps line', mlopsLater: 'Deployment, A/B test, watching and rolling back arrive with a later release. Until then this screen shows where the item stands and what happened to it.',
  gates: 'Gates to the backlog', gatesMeaning: 'checked now, by themselves', gateState: { passed: 'passed', open: 'open', waived: 'waived' }, waive: 'Waive…', reason: 'Reason', reasonHelp: 'at least ten letters; it stays on record', cancel: 'Cancel', passedHandOver: 'All gates are passed.',
  handOver: 'Hand over', handOverPlan: 'Hand over to the backlog', owner: 'Owner', description: 'Description', save: 'Save', saved: 'Saved.', question: 'Question',
  drift: 'Drift check', driftMeans: 'is the data this was built on still the data there is?', driftHow: 'Checked elsewhere, for example by takt drift compare --reference … --current …: record the outcome here.', driftByHand: 'Record by hand', driftAgainst: 'Against', driftNothing: 'No model is watched yet.', driftWatch: 'Watch a model', driftOpen: 'Open', driftCheck: 'Check drift', record: 'Record outcome', noRevision: 'Save a revision first.', driftResult: { none: 'No drift', watch: 'Watch', act: 'Act' },
  revisions: 'Revisions', noRevisions: 'No revisions yet. Saving one keeps code, data and packages together.', environments: 'Environments', noEnvironments: 'No environment yet.', newEnvironment: 'New environment',
  events: 'History', eventsMeaning: (count: number) => `${count} events, newest first`, noEvents: 'Nothing was observed yet.', times: 'Time by station', touch: 'worked on', wait: 'waited', causes: 'Why it waited', move: 'Move to', rolled: (count: number) => `${count} older events are only counted.`,
  facts: 'Question', due: 'Due', project: 'Project', now: 'Now at', reproduce: 'Reproduce…', as: 'New environment',
}
