import { expect, test } from 'vitest'
import type { SummaryScore, SummaryWindow } from '../desk/questions'
import { alertsOf, featureAlert, movedWords } from './windows'

const score = (column: string, more: Partial<SummaryScore> = {}): SummaryScore => ({
  column,
  kind: 'numeric',
  decision: 'stable',
  severity: 0.02,
  p: 0.5,
  pAdjusted: 0.5,
  nullRate: 0,
  missing: 0,
  quality: [],
  ...more,
})
const window = (...columns: SummaryScore[]): SummaryWindow => ({
  name: 'week 1',
  rows: 5000,
  columns,
  schema: [],
})
const settings = { limits: { watch: 0.1, act: 0.25 }, alertAfter: { k: 1, n: 1 } }
const gone = score('income', { decision: 'unscored', severity: null, p: null, unjudged: true })

test('a column that cannot be judged though it should be calls a person, and never passes as stable', () => {
  expect(alertsOf([window(score('age'), gone)], settings)).toEqual([true])
  expect(featureAlert(gone, settings.limits)).toBe('watch')
  expect(movedWords(window(score('age'), gone))).toBe('income cannot be judged')
})
test('one that is no feature by its nature calls nobody', () => {
  const id = score('id', { decision: 'unscored', severity: null, p: null })
  expect(alertsOf([window(score('age'), id)], settings)).toEqual([false])
  expect(movedWords(window(score('age', { severity: 0.3, decision: 'drifted' }), gone))).toBe(
    'age moved by 0.300',
  )
})
