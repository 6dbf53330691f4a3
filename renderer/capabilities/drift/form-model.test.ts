import { expect, test } from 'vitest'
import { MonitorSettings } from '../../../preload/contract/drift-review'
import { blankForm, formOf, settingsOf } from './form-model'

const filled = {
  ...blankForm('lea'),
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
test('what a person wrote survives being saved and opened again', () => {
  const settings = settingsOf(filled, undefined)
  expect(MonitorSettings.parse(settings)).toMatchObject({
    current: { path: 's3://lake/now', where: 'x > 1' },
    segments: ['region', 'age'],
    labels: { task: 'binary', label: 'y' },
  })
  expect(formOf(settings)).toEqual({ ...filled, whereCurrent: 'x > 1' })
})
test('what the form does not show is kept', () => {
  const before = {
    ...settingsOf(filled, undefined),
    importance: { income: 2 },
    incidents: [{ from: '2026-01-01T00:00:00Z', says: 'broken feed' }],
  }
  expect(settingsOf({ ...filled, segments: '' }, before)).toMatchObject({
    importance: { income: 2 },
    incidents: before.incidents,
  })
  expect(settingsOf({ ...filled, segments: '' }, before).segments).toBeUndefined()
})
test('a snapshot of the catalog is written as an address', () => {
  const settings = settingsOf({ ...filled, reference: 'snapshot:voice/loans-q2' }, undefined)
  expect(settings.reference).toEqual({ snapshot: { namespace: 'voice', name: 'loans-q2' } })
  expect(formOf(settings).reference).toBe('snapshot:voice/loans-q2')
})
