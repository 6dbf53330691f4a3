import { z } from 'zod'
import { Name } from '../../../preload/contract/common'
import { NewDataSource, NewTool, SourcePlace, ToolNote } from '../../../preload/contract/catalog'
import { nameFrom } from '../../../preload/contract/names'
import { Classification, SourceKind, ToolKind } from '../../../preload/contract/records/catalog'
import {
  choiceField,
  defineForm,
  maybeNumberField,
  numberField,
  textField,
  tickField,
  type Form,
} from '../../design'

const tool = NewTool.shape
export const toolForm = defineForm({
  id: 'catalog.tool',
  fields: {
    title: textField(tool.title),
    name: textField(Name),
    version: textField(tool.version),
    image: textField(tool.image),
    kind: choiceField(ToolKind),
    port: numberField(tool.port),
    probePath: textField(tool.probePath),
    cpuCores: numberField(tool.minimum.shape.cpuCores),
    memoryGi: numberField(tool.minimum.shape.memoryGi),
    severalReplicas: tickField(),
  },
  example: {
    title: 'Marimo',
    name: 'marimo',
    version: '1',
    image: `registry.example/marimo@sha256:${'0'.repeat(64)}`,
    kind: 'custom',
    port: '8080',
    probePath: '/',
    cpuCores: '1',
    memoryGi: '2',
    severalReplicas: false,
  },
  together: (fields) =>
    fields.transform(({ name, cpuCores, memoryGi, ...spec }) => ({
      name,
      spec: { ...spec, minimum: { cpuCores, memoryGi }, stage: 'evaluating' as const, notes: [] },
    })),
})

/** Where a source of each kind lies. */
const PLACE = {
  volume: 'claim',
  s3: 'uri',
  lakefs: 'uri',
  sql: 'table',
  kafka: 'topic',
  share: 'path',
} as const
const source = NewDataSource.shape
export const sourceForm = defineForm({
  id: 'catalog.source',
  fields: {
    title: textField(source.title),
    name: textField(Name),
    kind: choiceField(SourceKind),
    lies: textField(SourcePlace),
    site: choiceField(z.string()),
    team: textField(source.team),
    classification: choiceField(Classification),
    freshWithinHours: maybeNumberField(source.freshWithinHours.unwrap()),
    description: textField(source.description),
  },
  example: {
    title: 'Loan applications',
    name: 'loan-applications',
    kind: 'volume',
    lies: 'loans',
    site: '',
    team: 'Risk',
    classification: 'internal',
    freshWithinHours: '24',
    description: '',
  },
  together: (fields) =>
    fields.transform(({ name, lies, freshWithinHours, ...spec }) => ({
      name,
      spec: {
        ...spec,
        ...(freshWithinHours !== undefined && { freshWithinHours }),
        location: { [PLACE[spec.kind]]: lies },
      },
    })),
})
export const noteForm = defineForm({
  id: 'catalog.note',
  fields: { note: textField(ToolNote) },
  example: { note: 'Approved for Voice' },
})

type Named = { title: z.ZodType<string, string>; name: z.ZodType<string, string> }
/** The name follows the title until somebody writes another. */
export const nameFollows = <S extends Named, O>(form: Form<S, O>): Form<S, O> => ({
  ...form,
  set: (change) => {
    const { title, name } = form.typed as { title: string; name: string }
    const next = (change as { title?: string }).title
    const follows = next !== undefined && (name === '' || name === nameFrom(title))
    form.set(follows ? { ...change, name: nameFrom(next) } : change)
  },
})
