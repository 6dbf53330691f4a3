const list = (items: string[]) => items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items[items.length - 1] ?? ''}`

/** Every text of the discovery wizard and the list of projects. */
export const words = {
  discover: 'Discover', newProject: 'New project', discard: 'Discard draft', saved: (at: string) => `draft, saved ${at}`, saving: 'saving …', notSaved: 'not saved yet',
  projects: 'Projects', projectsMeaning: 'questions with their people, money and time box', drafts: 'Unfinished', draftsMeaning: 'kept on this machine', goOn: 'Go on',
  environments: 'Environments', environmentsMeaning: 'places to work: machine, tools and data',
  noProjects: 'No projects yet. A project is one business question with its people, money and time box.', noEnvironments: 'No environments yet. The wizard makes one in two minutes.',
  untitled: 'untitled', timeBox: 'time box', costCentre: 'cost centre', left: (steps: string[]) => `${steps.length} ${steps.length === 1 ? 'step' : 'steps'} left: ${list(steps)}.`,
  due: (day: string) => `due ${day}`, daysLeft: (days: number) => `${days} d left`, moneyLeft: (amount: string) => `${amount} left`,
  problem: {
    question: 'Write the question the business asks.', name: 'Give it a name.', badName: 'Use lower-case letters, digits and hyphens.', nameTaken: (name: string) => `A project called ${name} exists already.`,
    owner: 'Name who answers for it.', team: 'Name its team.', costCentre: 'Pick a cost centre.', due: 'Pick a due date in the future.', budget: 'Give a budget above $0.',
  },
  step: {
    define: 'Define', environment: 'Environment', tools: 'Tools', data: 'Data', button: 'Push the button',
    defineEmpty: 'Which question?', environmentEmpty: 'Size, availability, time', toolsEmpty: 'None approved yet', dataEmpty: 'None picked', ready: 'Plan is ready below',
    suggested: (tool: string) => `${tool} suggested`, sources: (count: number) => `${count} ${count === 1 ? 'source' : 'sources'} picked`, problems: (count: number) => `${count} ${count === 1 ? 'field' : 'fields'} to fill`,
  },
  field: {
    question: 'Question', questionHelp: 'What does the business want to know? One sentence.', title: 'Title', name: 'Name', nameHelp: 'also the namespace on the cluster', owner: 'Owner', team: 'Team', costCentre: 'Cost centre',
    due: 'Due', start: 'Start', budget: 'Budget, USD', members: 'Members', sites: 'Sites allowed', repository: 'Repository', repositoryHelp: 'git address of its code, if there is one', optional: 'optional',
    addMember: 'Add', memberName: 'User or group', role: 'Role', kind: 'Kind', existing: 'Project', anew: 'A new project',
  },
  back: 'Back', continueTo: (step: string) => `Continue to ${step.toLowerCase()}`, keys: 'Enter goes on, Alt 1 to 5 jumps to a step',
  plan: 'Plan', planMeaning: 'what the button will do; nothing has been changed', planWaits: 'The plan appears as soon as the definition is complete.', provision: 'Provision',
  edit: 'Edit', fulfil: 'Fulfil', delete: 'Delete', save: 'Save', close: 'Close', newEnvironment: 'New environment', noSuchProject: 'There is no such project. It may have been deleted.', noRepository: 'none attached', timeBoxLabel: 'Time box', work: 'Work items and environments',
  newer: 'a newer version arrived; saving merges', changedByTwo: (name: string) => `${name}, changed by two`, bothStarted: 'both started from the same version', fieldColumn: 'Field', you: 'you', before: 'before', restMerged: 'Only these fields differ on both sides; the rest merges by itself.', saveChosen: 'Save as chosen',
  started: 'It is running; its steps stand at the left.',
  showSteps: 'Show its steps', toEnvironment: 'Go to the environment',
  columns: { item: 'Work item', station: 'Station', project: 'Project', question: 'Question', owner: 'Owner', team: 'Team', costCentre: 'Cost centre', due: 'Due', phase: 'Phase', environment: 'Environment', size: 'Size', tool: 'Tool', state: 'State', expires: 'Ends' },
}
