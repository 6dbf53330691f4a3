import { expect, test } from 'vitest'
import { checkRole } from './role-rights'

const may = (role: string | undefined, action: string): boolean => {
  try {
    checkRole(role, { action, session: 'somebody', account: '1' })
    return true
  } catch {
    return false
  }
}

test.each([
  ['takt-lead', 'eks:POST clusters/cluster', true],
  [undefined, 'eks:POST clusters/cluster', true],
  ['takt-engineer', 'eks:POST clusters/cluster', false],
  ['takt-engineer', 'eks:GET clusters', true],
  ['takt-engineer', 'ec2:DescribeInstances', true],
  ['takt-engineer', 'ec2:TerminateInstances', false],
  ['takt-engineer', 's3:PUT outputs/key', true],
  ['takt-analyst', 's3:PUT outputs/key', false],
  ['takt-auditor', 's3:GET outputs/key', true],
  ['takt-none', 'eks:GET clusters', false],
  ['takt-none', 'sts:GetCallerIdentity', true],
])('the role %s and %s', (role, action, allowed) => expect(may(role, action)).toBe(allowed))
