import type { Plan } from '../../../preload/contract/operations'

/** A plan that changes nothing in particular and may be run. */
export const aPlan = (more: Partial<Plan> = {}): Plan => ({
  id: 'p1',
  kind: 'object-scale',
  title: 'Scale serve',
  verb: 'Scale',
  site: 'oslo',
  subject: { kind: 'Deployment', name: 'serve', namespace: 'voice' },
  as: 'mara.lind',
  madeAt: '2026-11-18T14:32:00Z',
  expiresAt: '2026-11-18T14:37:00Z',
  changes: [],
  dryRun: { result: 'passed', says: [] },
  permissions: [],
  quotas: [],
  risks: [],
  choices: [],
  steps: [],
  blockedBy: [],
  ...more,
})
