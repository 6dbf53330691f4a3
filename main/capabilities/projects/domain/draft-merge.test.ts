import { describe, expect, it } from 'vitest'
import { Draft } from '../../../../preload/contract/projects'
import { mergeDraft, sameDraft } from './draft-merge'

const size = { name: 'CPU small', cpuCores: 4, memoryGi: 16 }
const before = Draft.parse({
  id: 'a',
  step: 'define',
  name: 'voice',
  project: {
    question: 'Who spoofs?',
    sites: ['oslo'],
    timeBox: { start: '2026-11-18T14:32:00Z', due: '2026-12-01T18:00:00Z' },
  },
  data: [{ source: 'calls' }],
})
const like = (more: Partial<Draft>): Draft => ({ ...before, ...more })

describe('mergeDraft', () => {
  it('takes what one side changed, sources and sites by which they are', () => {
    const { draft, merged, conflicts } = mergeDraft(before, {
      mine: like({ data: [...before.data, { source: 'parcels', mount: 'clone' }], size }),
      theirs: like({
        data: [],
        project: { ...before.project, sites: ['oslo', 'edge'], title: 'Voices' },
      }),
    })
    expect(conflicts).toEqual([])
    expect(draft).toMatchObject({
      data: [{ source: 'parcels', mount: 'clone' }],
      size,
      project: { title: 'Voices', sites: ['oslo', 'edge'], question: 'Who spoofs?' },
    })
    expect(merged.sort()).toEqual(['data.calls', 'project.sites.edge', 'project.title'])
  })
  it('shows both values of a field that both changed, and settles it as told', () => {
    const sides = {
      mine: like({ size, name: 'x' }),
      theirs: like({ size: { ...size, cpuCores: 8 } }),
    }
    expect(mergeDraft(before, sides).conflicts).toEqual([
      {
        path: 'size',
        before: 'none',
        mine: 'CPU small, 4 cores, 16 GiB',
        theirs: 'CPU small, 8 cores, 16 GiB',
      },
    ])
    expect(mergeDraft(before, sides, { size: 'theirs' })).toMatchObject({
      conflicts: [],
      draft: { name: 'x', size: { cpuCores: 8 } },
    })
  })
  it('comes as far as the further of both, which is never a conflict', () => {
    const sides = { mine: like({ step: 'tools' }), theirs: like({ step: 'environment' }) }
    expect(mergeDraft(before, sides)).toMatchObject({ conflicts: [], draft: { step: 'tools' } })
  })
  it('calls every difference a conflict where nobody says what it began with', () => {
    const { conflicts } = mergeDraft(undefined, { mine: like({ name: 'x' }), theirs: before })
    expect(conflicts.map(({ path }) => path)).toEqual(['name'])
  })
  it('keeps a list that was emptied apart from one that nobody began', () => {
    const { members: _, ...none } = before.project
    const theirs = like({ project: { ...none, members: [] } })
    expect(mergeDraft(before, { mine: before, theirs }).draft.project.members).toEqual([])
    expect(mergeDraft(before, { mine: before, theirs: before }).draft.project).not.toHaveProperty(
      'members',
    )
  })
})
it('tells drafts apart by what they say, not by when they were kept', () => {
  expect(sameDraft(before, like({ revision: 7, savedAt: '2026-11-18T14:32:00Z' }))).toBe(true)
  expect(sameDraft(before, like({ project: { question: 'Who else?' } }))).toBe(false)
  expect(sameDraft(like({ tool: 'x' }), before)).toBe(false)
})
