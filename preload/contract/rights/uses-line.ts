import type { Uses } from './uses'
import { NOTHING, INVENTORY, SNAPSHOT, ENVIRONMENT, NEW_PROJECT } from './uses-sets'

/** What the line, its work and its people use. */
export const LINE_USES = {
  projects: {
    nameStanding: ['namespace.name'],
    podSecurity: ['shared.read', 'namespace.name'],
    planPodSecurity: ['shared.read', 'namespace.name', 'namespace.write'],
    planCreate: ['project.ask', 'project.write', ...NEW_PROJECT],
    planFulfil: [...NEW_PROJECT],
    edit: ['project.write', 'bindings.write', 'roles.bind'],
    planDelete: ['project.write', 'namespace.write', 'queue.write'],
    drafts: NOTHING,
    watchDrafts: NOTHING,
    saveDraft: NOTHING,
    discardDraft: NOTHING,
  },
  environments: {
    offers: [...INVENTORY, 'storage.read', 'snapshot-classes.read'],
    planProvision: [...ENVIRONMENT],
    planChange: [...ENVIRONMENT],
    idle: ['work.read', 'pods.read', 'notebooks.read', 'pods.enter'],
    watch: [
      'work.read',
      'pods.read',
      'events.read',
      'claims.read',
      'notebooks.read',
      'servers.read',
      'logs.read',
    ],
    open: ['work.read', 'pods.read', 'pods.enter'],
    close: NOTHING,
    forwards: NOTHING,
  },
  catalog: {
    planBringTool: ['tool.write', 'tool.status', 'pods.read', 'pods.write', 'logs.read'],
    planTestTool: ['tool.status', 'pods.read', 'pods.write', 'pods.enter'],
    setToolStage: ['tool.write', 'tool.status'],
    planAddSource: ['source.write', 'source.status'],
    source: ['shared.read', 'work.read'],
  },
  snapshots: {
    planTake: [...SNAPSHOT, 'snapshot-contents.write', 'volumes.read'],
    planRelease: [...SNAPSHOT, 'snapshot-contents.write'],
  },
  revisions: {
    preview: [
      'work.read',
      'pods.read',
      'pods.enter',
      'claims.read',
      'snapshot-classes.read',
      'storage.read',
    ],
    planSave: [...SNAPSHOT, 'pods.read', 'pods.enter'],
    planReproduce: [...ENVIRONMENT],
  },
  backlog: {
    gates: ['work.read'],
    describe: ['work.read', 'work.write'],
    waive: ['work.read', 'work.status'],
    recordDrift: ['work.read', 'verdict.status'],
    move: ['work.read', 'work.status'],
    planHandOver: ['work.read', 'work.status'],
  },
  flow: {
    map: ['shared.read', 'work.read', ...INVENTORY, 'queue.read'],
    item: ['work.read'],
    report: ['shared.read', 'work.read'],
  },
  money: {
    budgets: ['shared.read', 'nodes.read', 'pods.read'],
  },
  people: {
    directory: NOTHING,
    setDirectory: NOTHING,
    signIn: NOTHING,
    signOut: NOTHING,
    search: NOTHING,
    groupMembers: NOTHING,
    check: ['shared.read'],
    outside: ['bindings.read'],
    planMembers: ['project.write', 'bindings.write', 'roles.bind'],
  },
  records: {
    watch: ['shared.read', 'work.read'],
    list: ['shared.read', 'work.read'],
    get: ['shared.read', 'work.read'],
  },
} as const satisfies Partial<Uses>
