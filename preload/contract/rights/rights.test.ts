import { describe, expect, test } from 'vitest'
import {
  BY_HAND,
  DUTIES,
  RIGHT_NAMES,
  rightOf,
  ROLES,
  USES,
  type RightName,
  type RoleName,
} from '.'

const ROLE_NAMES = Object.keys(ROLES) as RoleName[]
const entries = Object.entries(USES).flatMap(([capability, all]) =>
  Object.entries(all).map(
    ([entry, uses]) => [`${capability}.${entry}`, uses as readonly RightName[]] as const,
  ),
)

describe('the table of rights', () => {
  test('holds no dead rule: each right is used by an entry or by a duty of the steward', () => {
    const used = new Set([
      ...entries.flatMap(([, uses]) => uses),
      ...Object.values(DUTIES).flat(),
      ...BY_HAND,
    ])
    expect(RIGHT_NAMES.filter((name) => !used.has(name))).toEqual([])
  })
  test('gives the steward what its duties use, and nothing else', () => {
    const duties = new Set<RightName>(Object.values(DUTIES).flat())
    const held = RIGHT_NAMES.filter((name) => rightOf(name).roles.includes('steward'))
    expect(new Set(held)).toEqual(duties)
  })
  test('has somebody to ask for each right', () => {
    for (const name of RIGHT_NAMES) expect(rightOf(name).roles.length, name).toBeGreaterThan(0)
  })
  test.each(ROLE_NAMES.filter((role) => ROLES[role].scope === 'project'))(
    'gives a role that is bound in a namespace no right on what has none: %s',
    (role) => {
      const dead = RIGHT_NAMES.filter(
        (name) => rightOf(name).roles.includes(role) && rightOf(name).scope === 'cluster',
      )
      expect(dead).toEqual([])
    },
  )
  test('gives the auditor reading alone, and neither pods nor secrets nor logs', () => {
    for (const name of RIGHT_NAMES.filter((each) => rightOf(each).roles.includes('auditor'))) {
      const { verbs, resources } = rightOf(name)
      expect(
        verbs.every((verb) => ['get', 'list', 'watch'].includes(verb)),
        name,
      ).toBe(true)
      expect(resources.join()).not.toMatch(/pods|secrets|configmaps/)
    }
  })
  test('gives nobody secrets, escalation or impersonation', () => {
    for (const name of RIGHT_NAMES) {
      const { verbs, resources } = rightOf(name)
      expect(resources, name).not.toContain('secrets')
      expect(verbs, name).not.toContain('*')
      expect(
        verbs.some((verb) => ['escalate', 'impersonate'].includes(verb)),
        name,
      ).toBe(false)
    }
  })
})
