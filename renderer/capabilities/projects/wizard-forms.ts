import type { z } from 'zod'
import type { Draft } from '../../../preload/contract/projects'
import { formOver, type Form, type FormModel, type Typed } from '../../design'
import { machineForm, typedOfMachine } from '../environments/forms'
import { defineStepForm, draftWith, typedOfDraft, type DefineTyped } from './forms'
import type { Problem } from './wizard'
import { keepTyped, useWizardStore } from './wizard-store'

type Shape = Record<string, z.ZodType>
/** The fields that can be read, each by itself, so that one that cannot holds no other back. */
const readEach = <S extends Shape>(fields: S, typed: Partial<Typed<S>>) =>
  Object.fromEntries(
    Object.entries(typed).flatMap(([name, text]) => {
      const read = fields[name]?.safeParse(text)
      return read?.success ? [[name, read.data]] : []
    }),
  ) as Partial<{ [K in keyof S]: z.output<S[K]> }>

interface Over<S extends Shape, O> {
  model: FormModel<S, O>
  kept: Partial<Typed<S>>
  ofDraft: Typed<S>
  onTyped: (
    kept: Partial<Typed<S>>,
    read: Partial<{ [K in keyof S]: z.output<S[K]> }>,
    typed: Partial<Typed<S>>,
  ) => void
  pressed: boolean
}
/** What stands in the fields: what was typed, over what the draft says. */
const overDraft = <S extends Shape, O>({ model, kept, ofDraft, onTyped, pressed }: Over<S, O>) =>
  formOver(model, {
    typed: { ...ofDraft, ...kept },
    isShown: (name) => pressed || name in kept,
    set: (change) => onTyped({ ...kept, ...change }, readEach(model.fields, change), change),
  })

/** Text fields that somebody emptied: the draft forgets what stood there. */
const emptied = (typed: Partial<DefineTyped>) =>
  Object.fromEntries(
    (['question', 'title', 'name', 'owner', 'team'] as const).flatMap((name) =>
      typed[name]?.trim() === '' ? [[name, '']] : [],
    ),
  )
export type DefineForm = Form<typeof defineStepForm.fields, unknown>
export type MachineForm = Form<typeof machineForm.fields, unknown>
export interface WizardForms {
  define: DefineForm
  machine: MachineForm
}
/** The typed fields of the wizard. What reads well goes into the draft at once; what does not stays on the screen and holds the plan back. */
export function useWizardForms(
  draft: Draft,
  {
    change,
    now,
    pressed,
  }: { change: (patch: Partial<Draft>) => void; now: number; pressed: boolean },
): WizardForms {
  const typed = useWizardStore((state) => state.typed)
  const define: DefineForm = overDraft({
    model: defineStepForm,
    kept: typed?.define ?? {},
    ofDraft: typedOfDraft(draft),
    pressed,
    onTyped: (kept, read, last) => {
      keepTyped({ define: kept })
      change(draftWith(draft, { ...emptied(last), ...read }, new Date(now).toISOString()))
    },
  })
  const machine: MachineForm = overDraft({
    model: machineForm,
    kept: typed?.machine ?? {},
    ofDraft: typedOfMachine(draft),
    pressed: true,
    onTyped: (kept, read) => {
      keepTyped({ machine: kept })
      change(read)
    },
  })
  return { define, machine }
}
/** Fields whose text cannot be read, named for the button; a field that is not on any screen holds nothing back. */
export function unreadOf(
  { define, machine }: WizardForms,
  { existingProject, availability }: Draft,
): Problem[] {
  const problemsIn = ({ reading }: DefineForm | MachineForm) =>
    reading.ok ? [] : Object.entries(reading.problems).map(([field, says]) => ({ field, says }))
  return [
    ...(existingProject === undefined ? problemsIn(define) : []),
    ...problemsIn(machine).filter(({ field }) => field !== 'replicas' || availability === 'high'),
  ]
}
