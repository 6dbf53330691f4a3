import { z } from 'zod'
import { ObjectRef } from '../../../preload/contract/objects'
import type { OperationKind } from '../operations'
import { done, onSite } from '../plans'
import { setField } from './changing'

/** A change of one field that can be taken back while nobody changed that field again. */
export const FieldInput = z.object({
  site: z.string(),
  ref: ObjectRef,
  kind: z.string(),
  what: z.enum(['scale', 'restart', 'suspend', 'resume']),
  path: z.array(z.string()),
  before: z.json(),
  after: z.json(),
  subresource: z.literal('scale').optional(),
})
export type FieldInput = z.infer<typeof FieldInput>

const TITLES: Record<FieldInput['what'], (input: FieldInput) => string> = {
  scale: ({ after }) => `Set its replicas to ${String(after)}`,
  restart: () => 'Mark its template as restarted',
  suspend: () => 'Suspend it',
  resume: () => 'Resume it',
}
/** Sets a field to what it is to be, or back to what it was; fails with PLAN_IS_STALE where somebody else changed it. */
export const writeField = (input: FieldInput, to: 'before' | 'after') =>
  onSite<FieldInput>(async (client, { signal }) =>
    done(
      await setField(client, {
        ref: input.ref,
        path: input.path,
        value: input[to],
        from: { value: input[to === 'after' ? 'before' : 'after'] },
        options: { signal, ...(input.subresource && { subresource: input.subresource }) },
      }),
    ),
  )

export const fieldKind: OperationKind<FieldInput> = {
  kind: 'object-field',
  premise: {
    says: 'The object is read again by its uid, and a field that somebody changed meanwhile is left.',
  },
  input: FieldInput,
  undoable: true,
  cancelLeaves: ({ kind, ref }) => `Nothing: ${kind} ${ref.name} is set back.`,
  steps: (input) => [
    {
      id: input.what,
      title: TITLES[input.what](input),
      promiseSeconds: 2,
      run: writeField(input, 'after'),
      undo: writeField(input, 'before'),
    },
  ],
}
