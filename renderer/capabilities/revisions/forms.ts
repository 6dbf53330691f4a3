import { z } from 'zod'
import { RevisionNote } from '../../../preload/contract/catalog'
import { Name } from '../../../preload/contract/common'
import { choiceField, defineForm, textField } from '../../design'
import { readNumbers, readPairs } from './pairs'

/** Lines that a reader takes apart, or names the first one it cannot. */
const read = <T>(reader: (text: string) => { values: T; problem?: string }) =>
  z.string().transform((text, context) => {
    const { values, problem } = reader(text)
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem })
    return values
  })
export const revisionForm = defineForm({
  id: 'revisions.save',
  fields: {
    workItem: choiceField(z.string()),
    note: textField(RevisionNote),
    parameters: textField(read(readPairs)),
    metrics: textField(read(readNumbers)),
  },
  example: { workItem: 'voice-liveness', note: '', parameters: 'lr=0.01', metrics: 'auc=0.91' },
})
export const reproduceForm = defineForm({
  id: 'revisions.reproduce',
  fields: { as: textField(Name) },
  example: { as: 'voice-nb-r1' },
})
