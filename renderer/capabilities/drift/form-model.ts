import {
  DriftColumn,
  DriftFilter,
  DriftPath,
  MonitorAsk,
  Period,
  Task,
  type MonitorSettings,
} from '../../../preload/contract/drift-review'
import {
  choiceField,
  defineForm,
  listField,
  numberField,
  textField,
  type Typed,
} from '../../design'

const { alertAfter, limits, model, about } = MonitorAsk.shape
const { k, n } = alertAfter.shape
const { watch, act } = limits.shape

/** The form of a watched model, as text where a person writes text. The core asks for the whole once more. */
export const monitorForm = defineForm({
  id: 'drift.monitor',
  fields: {
    model: textField(model),
    about: textField(about),
    reference: textField(DriftPath),
    whereReference: textField(DriftFilter),
    current: textField(DriftPath),
    whereCurrent: textField(DriftFilter),
    timeColumn: textField(DriftColumn),
    period: choiceField(Period),
    label: textField(DriftColumn),
    prediction: textField(DriftColumn),
    probability: textField(DriftColumn),
    task: choiceField(Task),
    segments: listField(DriftColumn, 20, /,/),
    k: numberField(k),
    n: numberField(n),
    watch: numberField(watch),
    act: numberField(act),
  },
  example: {
    model: 'credit-default',
    about: '',
    reference: '/data/june.parquet',
    whereReference: '',
    current: 's3://lake/now',
    whereCurrent: '',
    timeColumn: '',
    period: 'week',
    label: '',
    prediction: '',
    probability: '',
    task: 'binary',
    segments: '',
    // Limits that most teams begin with; they are dragged to fit after a back-test.
    ...{ k: '1', n: '1', watch: '0.2', act: '0.35' },
  },
  together: (fields) =>
    fields
      .refine((typed) => typed.k <= typed.n, {
        path: ['k'],
        error: 'Alert after at most as many windows as are looked at.',
      })
      .refine((typed) => typed.watch <= typed.act, {
        path: ['watch'],
        error: 'Watch may not lie above act.',
      }),
})
export type MonitorTyped = Typed<typeof monitorForm.fields>
export type MonitorFields = ReturnType<typeof monitorForm.schema.parse>

export const blankForm = (): MonitorTyped => ({
  ...monitorForm.example,
  model: '',
  reference: '',
  current: '',
})
export const formOf = (settings: MonitorSettings): MonitorTyped => ({
  model: settings.model,
  about: settings.about,
  reference: pathOf(settings.reference),
  whereReference: settings.reference.where ?? '',
  current: pathOf(settings.current),
  whereCurrent: settings.current.where ?? '',
  timeColumn: settings.timeColumn ?? '',
  period: settings.period,
  segments: (settings.segments ?? []).join(', '),
  ...labelFields(settings.labels),
  k: String(settings.alertAfter.k),
  n: String(settings.alertAfter.n),
  watch: String(settings.limits.watch),
  act: String(settings.limits.act),
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
  { owner, before }: { owner: string; before: MonitorSettings | undefined },
): MonitorSettings {
  const {
    labels: _labels,
    segments: _segments,
    timeColumn: _time,
    ...kept
  } = before ?? { rule: { correction: 'benjamini-hochberg' as const, level: 0.05 }, incidents: [] }
  const hasLabels = form.prediction !== '' && form.label !== ''
  return {
    ...kept,
    model: form.model,
    about: form.about,
    owner: before?.owner ?? owner,
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
    ...(form.segments.length > 0 && { segments: form.segments }),
  }
}
