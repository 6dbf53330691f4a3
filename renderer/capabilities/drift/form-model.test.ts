import { expect, test } from 'vitest'
import { MonitorSettings } from '../../../preload/contract/drift-review'
import { readTyped } from '../../design'
import { blankForm, formOf, monitorForm, settingsOf, type MonitorTyped } from './form-model'

const filled = {
  ...blankForm(),
  model: 'credit-default',
  reference: '/data/ref',
  current: 's3://lake/now',
  timeColumn: 'at',
  label: 'y',
  prediction: 'p',
  probability: 'q',
  segments: 'region, age',
  whereCurrent: ' x > 1 ',
}
const saved = (typed: MonitorTyped, before?: MonitorSettings) => {
  const read = readTyped(monitorForm, typed)
  if (!read.ok) throw new Error(JSON.stringify(read.problems))
  return settingsOf(read.value, { owner: 'lea', before })
}
test('what a person wrote survives being saved and opened again', () => {
  const settings = saved(filled)
  expect(MonitorSettings.parse(settings)).toMatchObject({
    current: { path: 's3://lake/now', where: 'x > 1' },
    segments: ['region', 'age'],
    labels: { task: 'binary', label: 'y' },
  })
  expect(formOf(settings)).toEqual({ ...filled, whereCurrent: 'x > 1' })
})
test('what the form does not show is kept', () => {
  const before = {
    ...saved(filled),
    importance: { income: 2 },
    incidents: [{ from: '2026-01-01T00:00:00Z', says: 'broken feed' }],
  }
  expect(saved({ ...filled, segments: '' }, before)).toMatchObject({
    importance: { income: 2 },
    incidents: before.incidents,
  })
  expect(saved({ ...filled, segments: '' }, before).segments).toBeUndefined()
})
test('a snapshot of the catalog is written as an address', () => {
  const settings = saved({ ...filled, reference: 'snapshot:voice/loans-q2' })
  expect(settings.reference).toEqual({ snapshot: { namespace: 'voice', name: 'loans-q2' } })
  expect(formOf(settings).reference).toBe('snapshot:voice/loans-q2')
})
test.each([
  ['k', '3', 'Alert after at most as many windows as are looked at.'],
  ['watch', '0.9', 'Watch may not lie above act.'],
] as const)('%s = %s: %s', (name, text, says) => {
  const read = readTyped(monitorForm, { ...filled, [name]: text })
  expect(read.ok ? {} : read.problems).toEqual({ [name]: says })
})
