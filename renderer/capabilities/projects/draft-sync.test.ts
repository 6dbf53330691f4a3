import { expect, test } from 'vitest'
import { Draft } from '../../../preload/contract/projects'
import { afterSave, afterTold, type InHand } from './draft-sync'

const draft = (more: Partial<Draft> = {}): Draft => ({
  ...Draft.parse({ id: 'a', step: 'define', name: 'voice', project: { question: 'Who?' } }),
  ...more,
})
const opened = draft({ revision: 1 })
const inHand = (more: Partial<InHand> = {}): InHand => ({
  draft: opened,
  base: opened,
  saving: false,
  ...more,
})

test('a save that was merged brings in what the other window wrote, also into its field', () => {
  const sent = draft({ revision: 1, tool: 'jupyter' })
  const kept = draft({ revision: 2, tool: 'jupyter', name: 'voices' })
  const typed = { define: { name: 'voice', budgetUsd: '5O0' } }
  const state = inHand({ draft: sent, typed, saving: true })
  expect(afterSave(state, sent, { draft: kept, merged: ['name'] })).toEqual({
    draft: kept,
    base: kept,
    saving: false,
    merged: true,
    typed: { define: { budgetUsd: '5O0' }, machine: {} },
  })
})
test('what was typed while a save ran stays, and is merged from what was sent', () => {
  const sent = draft({ revision: 1, tool: 'jupyter' })
  const typedOn = draft({ revision: 1, tool: 'jupyter', project: { question: 'Who spoofs?' } })
  const kept = draft({ revision: 2, tool: 'jupyter', name: 'voices' })
  const after = afterSave(inHand({ draft: typedOn, saving: true }), sent, {
    draft: kept,
    merged: ['name'],
  })
  expect(after.draft).toBe(typedOn)
  expect(after.base).toEqual({ ...sent, revision: 2 })
})
test('an answer for a draft that was left does nothing', () => {
  const state = inHand({ draft: draft({ id: 'b' }) })
  expect(afterSave(state, opened, { draft: opened, merged: [] })).toBe(state)
})
test('what another window keeps is taken where nothing is unsaved, and told', () => {
  const theirs = draft({ revision: 2, name: 'voices' })
  expect(afterTold(inHand(), theirs)).toMatchObject({ draft: theirs, base: theirs, merged: true })
})
test.each<[why: string, state: InHand, theirs: Draft]>([
  ['something is unsaved', inHand({ draft: draft({ name: 'x' }) }), draft({ revision: 2 })],
  ['a save runs', inHand({ saving: true }), draft({ revision: 2 })],
  ['it is older than what is here', inHand(), draft({ revision: 1, name: 'old' })],
  ['it is another draft', inHand(), draft({ id: 'b', revision: 2 })],
])('nothing is taken while %s', (_why, state, theirs) => {
  expect(afterTold(state, theirs)).toBe(state)
})
