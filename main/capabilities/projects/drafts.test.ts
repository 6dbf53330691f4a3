import { expect, it } from 'vitest'
import { aBudget, aPriceBook, aProjectSpec, at } from '../../../test/support/builders/records'
import { aLine } from '../../../test/support/fakes/line'
import { Draft } from '../../../preload/contract/projects'

const draft = (more: Partial<Draft> = {}): Draft => ({
  ...Draft.parse({ id: 'a', step: 'define', name: 'voice', project: {} }),
  ...more,
})
const line = () => aLine([aBudget(), aPriceBook()])
const kept = ({ projects: { drafts } }: ReturnType<typeof line>, more: Partial<Draft> = {}) => {
  const saved = drafts.save({ draft: draft(more) })
  if (!saved.ok) throw new Error(saved.failure.code)
  return saved.value.draft
}

it('keeps drafts and passes over one it cannot read', () => {
  const made = line()
  made.savedDrafts.put({ id: 'odd', value: { nonsense: true }, savedAt: 1 })
  kept(made, { project: { timeBox: { start: at(1), due: at(-9) } } })
  expect(made.projects.drafts.list().map(({ id }) => id)).toEqual(['a'])
})
it('tells what is newer even when two saves fall into one moment', () => {
  const made = line()
  const first = kept(made)
  const second = made.projects.drafts.save({ draft: { ...first, tool: 'x' }, basedOn: first })
  expect(second.ok && second.value.draft.revision).toBeGreaterThan(first.revision ?? Infinity)
})
it('loses no question where two change one draft from the same version', () => {
  const made = line()
  const { drafts } = made.projects
  const read = kept(made, { project: { question: 'Who calls?' } })
  drafts.save({ draft: { ...read, tool: 'jupyter' }, basedOn: read })
  const mine = { ...read, project: { question: 'Who spoofs?' } }
  expect(drafts.save({ draft: mine, basedOn: read })).toMatchObject({
    ok: true,
    value: { draft: { tool: 'jupyter', project: { question: 'Who spoofs?' } }, merged: ['tool'] },
  })
  const theirs = { ...read, project: { question: 'Who hangs up?' } }
  expect(drafts.save({ draft: theirs, basedOn: read })).toMatchObject({
    ok: false,
    failure: {
      code: 'CONFLICT',
      data: {
        fields: [
          {
            path: 'project.question',
            before: 'Who calls?',
            mine: 'Who hangs up?',
            theirs: 'Who spoofs?',
          },
        ],
      },
    },
  })
  expect(drafts.list()[0]).toMatchObject({ tool: 'jupyter', project: mine.project })
  const keep = { 'project.question': 'mine' as const }
  drafts.save({ draft: theirs, basedOn: read, keep })
  expect(drafts.list()[0]).toMatchObject({ tool: 'jupyter', project: theirs.project })
})
it('writes nothing where a save says nothing new', () => {
  const made = line()
  const read = kept(made)
  expect(made.projects.drafts.save({ draft: draft(), basedOn: read })).toMatchObject({
    ok: true,
    value: { draft: { revision: read.revision } },
  })
})
it('does not bring back a draft that was discarded or fulfilled meanwhile', () => {
  const made = line()
  const read = kept(made)
  made.projects.drafts.discard('a')
  const late = made.projects.drafts.save({ draft: { ...read, tool: 'x' }, basedOn: read })
  expect(late).toMatchObject({ ok: false, failure: { code: 'NOT_FOUND' } })
  expect(made.projects.drafts.list()).toEqual([])
})
it('closes the draft that an operation fulfilled, and no other, once all is done', async () => {
  const made = line()
  kept(made)
  kept(made, { id: 'b' })
  const plan = await made.projects.planCreate({ name: 'voice', spec: aProjectSpec(), draft: 'a' })
  if (!plan.ok) throw new Error(plan.failure.code)
  await made.operations.run(plan.value.id, { upTo: 'work-item' })
  expect(made.projects.drafts.list()).toHaveLength(2)
  await made.operations.run(plan.value.id)
  expect(made.projects.drafts.list().map(({ id }) => id)).toEqual(['b'])
})
