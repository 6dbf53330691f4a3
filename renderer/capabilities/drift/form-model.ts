import type { MonitorSettings } from '../../../preload/contract/drift-review'

/** The form of a watched model, as text where a person writes text. */
export interface MonitorFields {
  model: string
  about: string
  owner: string
  reference: string
  whereReference: string
  current: string
  whereCurrent: string
  timeColumn: string
  period: MonitorSettings['period']
  label: string
  prediction: string
  probability: string
  task: 'binary' | 'multiclass' | 'regression'
  segments: string
  k: number
  n: number
  watch: number
  act: number
}
/** Limits that most teams begin with; they are dragged to fit after a back-test. */
const LIMITS = { watch: 0.2, act: 0.35 }

export const blankForm = (owner: string): MonitorFields => ({
  model: '',
  about: '',
  owner,
  reference: '',
  whereReference: '',
  current: '',
  whereCurrent: '',
  timeColumn: '',
  period: 'week',
  label: '',
  prediction: '',
  probability: '',
  task: 'binary',
  segments: '',
  k: 1,
  n: 1,
  ...LIMITS,
})
export const formOf = (settings: MonitorSettings): MonitorFields => ({
  model: settings.model,
  about: settings.about,
  owner: settings.owner,
  reference: pathOf(settings.reference),
  whereReference: settings.reference.where ?? '',
  current: pathOf(settings.current),
  whereCurrent: settings.current.where ?? '',
  timeColumn: settings.timeColumn ?? '',
  period: settings.period,
  segments: (settings.segments ?? []).join(', '),
  ...labelFields(settings.labels),
  ...settings.alertAfter,
  ...settings.limits,
})
const labelFields = (labels: MonitorSettings['labels']) => ({
  label: labels?.label ?? '',
  prediction: labels?.prediction ?? '',
  probability: labels?.probability ?? '',
  task: labels?.task ?? ('binary' as const),
})
const pathOf = ({ path, snapshot }: MonitorSettings['reference']) =>
  path ?? (snapshot ? `${SNAPSHOT}${snapshot.namespace}/${snapshot.name}` : '')
/** A snapshot of the catalog is written as an address, so that one field takes both. */
const SNAPSHOT = 'snapshot:'
function sourceOf(text: string, where: string): MonitorSettings['reference'] {
  const [namespace = '', name = ''] = text.startsWith(SNAPSHOT)
    ? text.slice(SNAPSHOT.length).split('/')
    : []
  const filter = where.trim() === '' ? {} : { where: where.trim() }
  return text.startsWith(SNAPSHOT)
    ? { snapshot: { namespace, name }, ...filter }
    : { path: text.trim(), ...filter }
}
/** Settings of a form; what the form does not show is kept from before. */
export function settingsOf(
  form: MonitorFields,
  before: MonitorSettings | undefined,
): MonitorSettings {
  const {
    labels: _labels,
    segments: _segments,
    timeColumn: _time,
    ...kept
  } = before ?? { rule: { correction: 'benjamini-hochberg' as const, level: 0.05 }, incidents: [] }
  const segments = form.segments
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean)
  const hasLabels = form.prediction !== '' && form.label !== ''
  return {
    ...kept,
    model: form.model.trim(),
    about: form.about.trim(),
    owner: form.owner,
    reference: sourceOf(form.reference, form.whereReference),
    current: sourceOf(form.current, form.whereCurrent),
    period: form.period,
    ...(form.timeColumn !== '' && { timeColumn: form.timeColumn }),
    alertAfter: { k: form.k, n: form.n },
    limits: { watch: form.watch, act: form.act },
    ...(hasLabels && {
      labels: {
        task: form.task,
        label: form.label,
        prediction: form.prediction,
        ...(form.probability !== '' && { probability: form.probability }),
        ...(before?.labels?.late && { late: before.labels.late }),
      },
    }),
    ...(segments.length > 0 && { segments }),
  }
}
