import { z } from 'zod'
import type { Failure } from '../../../preload/contract/failures'
import { succeed } from '../../kernel/outcome'
import type { OperationKind, Step, StepContext } from '../operations'
import { onSite, until } from '../plans'
import { DeleteInput, removeExactly, stillThere } from './delete-plan'
import { nameOf } from './domain/many'
import { FieldInput, writeField } from './field-operations'
import type { ObjectPorts } from './ports'

const Where = { site: z.string() }
/** The same done to many objects, each as it would be done to it alone. */
export const ManyInput = z.discriminatedUnion('what', [
  z.object({ ...Where, what: z.literal('suspend'), objects: z.array(FieldInput) }),
  z.object({ ...Where, what: z.literal('resume'), objects: z.array(FieldInput) }),
  z.object({ ...Where, what: z.literal('restart'), objects: z.array(FieldInput) }),
  z.object({ ...Where, what: z.literal('delete'), objects: z.array(DeleteInput) }),
])
export type ManyInput = z.infer<typeof ManyInput>

// What is said about one object; a site that does not answer is no reason to go on with the next.
const OF_ONE = new Set<Failure['code']>([
  'NOT_FOUND',
  'FORBIDDEN',
  'CONFLICT',
  'INVALID',
  'PLAN_IS_STALE',
  'REFUSED_BY_CLUSTER',
  'QUOTA_EXCEEDED',
  'ALREADY_EXISTS',
  'NOT_SUPPORTED_HERE',
])
/** Whether a failure tells of one object and nothing of the others. */
export const isOfOne = ({ code }: Failure): boolean => OF_ONE.has(code)

const TITLES = {
  suspend: 'Suspend',
  resume: 'Resume',
  restart: 'Restart',
  delete: 'Delete',
} as const
const titleOf = (
  what: ManyInput['what'],
  { kind, ref }: { kind: string; ref: FieldInput['ref'] },
) => `${TITLES[what]} ${nameOf({ kind, name: ref.name, namespace: ref.namespace })}`
type Taken = StepContext<ManyInput>

function fieldStep(what: ManyInput['what'], one: FieldInput, index: number): Step<ManyInput> {
  const id = `${what}-${String(index + 1)}`
  return {
    id,
    title: titleOf(what, one),
    promiseSeconds: 1,
    passes: isOfOne,
    async run(context: Taken) {
      const wrote = await writeField(one, 'after')({ ...context, input: one })
      if (wrote.ok) context.kept[id] = 'done'
      return wrote
    },
    async undo(context: Taken) {
      const back = await writeField(one, 'before')({ ...context, input: one })
      // What it never changed, because somebody else had or it was gone, needs no taking back.
      return !back.ok && context.kept[id] === undefined && isOfOne(back.failure)
        ? succeed(undefined)
        : back
    },
  }
}
function deleteSteps(
  objects: DeleteInput[],
  { clock }: Pick<ObjectPorts, 'clock'>,
): Step<ManyInput>[] {
  const idOf = (index: number) => `delete-${String(index + 1)}`
  return [
    ...objects.map((one, index): Step<ManyInput> => ({
      id: idOf(index),
      title: titleOf('delete', one),
      promiseSeconds: 1,
      passes: isOfOne,
      run: onSite(async (client, { kept, signal }) => {
        const gone = await removeExactly(client, one, signal)
        if (gone.ok) kept[idOf(index)] = 'asked'
        return gone
      }),
    })),
    {
      id: 'gone',
      title: 'Wait until they are gone',
      promiseSeconds: 30,
      run: onSite((client, { kept, progress, signal }) => {
        const left = objects.filter((_one, index) => kept[idOf(index)] !== undefined)
        const all = left.length
        return until(
          clock,
          async () => {
            for (let [first] = left; first; [first] = left) {
              const holds = await stillThere(client, first, signal)
              if (!holds.ok) return holds
              if (holds.value !== undefined) {
                progress(
                  `${String(all - left.length)} of ${String(all)} are gone. ${nameOf({ kind: first.kind, name: first.ref.name, namespace: first.ref.namespace })}: ${holds.value}`,
                  (all - left.length) / all,
                )
                return succeed(false)
              }
              left.shift()
            }
            return succeed(true)
          },
          signal,
        )
      }),
    },
  ]
}

export const manyKind = (ports: Pick<ObjectPorts, 'clock'>): OperationKind<ManyInput> => ({
  kind: 'objects-many',
  premise: {
    says: 'Each object is read again by its uid, and a field that somebody changed meanwhile is left and named.',
  },
  input: ManyInput,
  undoable: ({ what }) => what !== 'delete',
  cancelLeaves: ({ what }) =>
    what === 'delete'
      ? 'What is deleted already stays deleted; the others stay as they are.'
      : 'Nothing: each is set back.',
  steps: (input) =>
    input.what === 'delete'
      ? deleteSteps(input.objects, ports)
      : input.objects.map((one, index) => fieldStep(input.what, one, index)),
})
