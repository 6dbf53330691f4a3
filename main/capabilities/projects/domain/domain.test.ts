import { describe, expect, it, test } from 'vitest'
import type { Member, ProjectSpec } from '../../../../preload/contract/records/project'
import { NOW } from '../../../../test/support/builders/inventory'
import { aBudget, aPriceBook, aProjectSpec, at } from '../../../../test/support/builders/records'
import { checkAskedLeads, checkMembers, checkProject, type Facts } from './check'
import { projectManifests } from './manifests'
import { mergeProject } from './merge'
import { raisedQuota, startingQuota } from './quota'

const { meta, spec } = aBudget()
const facts = (more: Partial<Facts> = {}): Facts => ({
  now: NOW,
  sites: ['oslo'],
  costCentres: [{ name: meta.name, spec, spentUsd: 1000 }],
  ...more,
})

test.each<[why: string, spec: ProjectSpec, says: RegExp | undefined]>([
  ['a good one passes', aProjectSpec(), undefined],
  ['due in the past', aProjectSpec({ timeBox: { start: at(3000), due: at(10) } }), /in the past/],
  [
    'due before its start',
    aProjectSpec({ timeBox: { start: at(-3000), due: at(-1000) } }),
    /not after the start/,
  ],
  [
    'a date that does not exist',
    aProjectSpec({ timeBox: { start: at(1), due: '2026-13-45T00:00:00Z' } }),
    /does not exist/,
  ],
  ['unknown cost centre', aProjectSpec({ costCentre: '9999' }), /no cost centre called 9999/],
  ['no budget', aProjectSpec({ budgetUsd: 0 }), /budget is zero/],
  ['more than the cost centre has left', aProjectSpec({ budgetUsd: 201 }), /more than the \$200/],
  ['no site', aProjectSpec({ sites: [] }), /No site/],
  ['unknown site', aProjectSpec({ sites: ['oslo', 'mars'] }), /no site called mars/],
  [
    'somebody listed twice',
    aProjectSpec({
      members: [
        { kind: 'User', name: 'ada', role: 'lead' },
        { kind: 'User', name: 'ada', role: 'analyst' },
      ],
    }),
    /ada is listed twice/,
  ],
])('%s', (_why, wanted, says) => {
  const found = checkProject(wanted, facts())
  if (!says) return expect(found).toEqual([])
  expect(found.map((one) => one.says).join(' ')).toMatch(says)
  expect(found.every(({ remedy }) => remedy.length > 5)).toBe(true)
})

describe('quota', () => {
  it('begins without GPUs, with the cores its budget pays for', () => {
    const hard = startingQuota({ usd: 60, days: 15 }, aPriceBook().spec, [
      'nvidia.com/gpu',
      'nvidia.com/mig-1g.10gb',
    ])
    expect(hard).toMatchObject({
      'requests.nvidia.com/gpu': '0',
      'requests.nvidia.com/mig-1g.10gb': '0',
      'requests.memory': '140Gi',
      'requests.cpu': '35',
    })
    expect(startingQuota({ usd: 1e6, days: 15 }, aPriceBook().spec, [])['requests.cpu']).toBe('256')
    expect(startingQuota({ usd: 1, days: 15 }, aPriceBook().spec, [])['requests.cpu']).toBe('8')
    expect(startingQuota({ usd: 20, days: 1 }, undefined, [])['requests.cpu']).toBe('8')
  })
  it('is raised by just what is missing', () => {
    const hard = { 'requests.cpu': '8', 'requests.memory': '32Gi', 'requests.nvidia.com/gpu': '0' }
    expect(
      raisedQuota(
        hard,
        { 'requests.cpu': '6', 'requests.memory': '1Gi' },
        { 'requests.cpu': 4, 'requests.memory': 2 ** 30, 'requests.nvidia.com/gpu': 1, pods: 3 },
      ),
    ).toEqual({ 'requests.cpu': '10', 'requests.memory': '32Gi', 'requests.nvidia.com/gpu': '1' })
  })
})

describe('manifests', () => {
  it('make everything in order, and bind the owner where nobody said otherwise', () => {
    const all = projectManifests(
      'voice',
      aProjectSpec({ members: [{ kind: 'Group', name: 'voice-leads', role: 'lead' }] }),
      { workItemTitle: 'Spoofed callers', hard: {} },
    )
    expect(all.map(({ kind, metadata }) => `${kind}/${metadata.name}`)).toEqual([
      'Namespace/voice',
      'Project/voice',
      'ResourceQuota/takt-quota',
      'LimitRange/takt-defaults',
      'RoleBinding/takt-leads',
      'RoleBinding/takt-engineers',
      'NetworkPolicy/takt-default',
      'WorkItem/spoofed-callers',
    ])
    expect(all[5]).toMatchObject({
      subjects: [{ kind: 'User', name: 'emil.novak' }],
      roleRef: { name: 'takt-engineer' },
    })
  })
})

describe('members', () => {
  const of = (members: Member[]) => ({ members })
  it.each(['system:authenticated', 'system:masters', 'System:serviceaccounts:loans'])(
    'refuses %s, who is everybody of a kind',
    (name) => {
      expect(
        checkMembers(of([{ kind: 'Group', name, role: 'analyst' }])).map(({ remedy }) => remedy),
      ).toEqual(['Name the people, or a group of the directory.'])
      expect(checkMembers(of([{ kind: 'User', name: `${name}x`, role: 'lead' }]))).toHaveLength(1)
    },
  )
  it('takes people and groups of the directory', () =>
    expect(
      checkMembers(
        of([
          { kind: 'User', name: 'ada', role: 'lead' },
          { kind: 'Group', name: 'oidc:system', role: 'analyst' },
        ]),
      ),
    ).toEqual([]))
  it('lets nobody who only asks name a lead', () => {
    expect(checkAskedLeads(of([{ kind: 'User', name: 'nemo', role: 'lead' }]))).toMatchObject([
      { says: 'A request names no leads, and this one names nemo.' },
    ])
    expect(checkAskedLeads(of([{ kind: 'User', name: 'nemo', role: 'engineer' }]))).toEqual([])
  })
})

describe('merge', () => {
  const before = aProjectSpec({ members: [{ kind: 'User', name: 'ada', role: 'engineer' }] })
  const member = (name: string, role: 'lead' | 'engineer' = 'engineer') => ({
    kind: 'User' as const,
    name,
    role,
  })
  it('takes what one side changed, members by who they are', () => {
    const merge = mergeProject(before, {
      mine: { ...before, budgetUsd: 250, members: [...before.members, member('tove')] },
      theirs: { ...before, title: 'Voices', members: [...before.members, member('aiko')] },
    })
    expect(merge.conflicts).toEqual([])
    expect(merge.spec).toMatchObject({ budgetUsd: 250, title: 'Voices' })
    expect(merge.spec.members.map(({ name }) => name).sort()).toEqual(['ada', 'aiko', 'tove'])
    expect(merge.merged.sort()).toEqual(['members.User/aiko', 'title'])
  })
  it('names the field both changed, and settles it as told', () => {
    const sides = {
      mine: { ...before, timeBox: { ...before.timeBox, due: at(-5000) } },
      theirs: { ...before, timeBox: { ...before.timeBox, due: at(-9000) } },
    }
    expect(mergeProject(before, sides).conflicts).toEqual([
      { path: 'timeBox.due', before: before.timeBox.due, mine: at(-5000), theirs: at(-9000) },
    ])
    expect(mergeProject(before, sides, { 'timeBox.due': 'mine' })).toMatchObject({
      conflicts: [],
      spec: { timeBox: { due: at(-5000) } },
    })
    expect(mergeProject(before, sides, { 'timeBox.due': 'theirs' })).toMatchObject({
      conflicts: [],
      spec: { timeBox: { due: at(-9000) } },
    })
  })
  it('is quiet where both changed alike, and lets one side remove', () => {
    const gone = { ...before, members: [], title: 'Same' }
    expect(
      mergeProject(before, { mine: gone, theirs: { ...before, title: 'Same' } }),
    ).toMatchObject({ conflicts: [], spec: { members: [], title: 'Same' } })
  })
})
