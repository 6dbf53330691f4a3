import { z } from 'zod'
import { Subject } from '../../../preload/contract/common'
import { ProjectSpec } from '../../../preload/contract/records/project'
import { failure } from '../../../preload/contract/failures'
import { ANNOTATION, type Manifest } from '../../kernel/manifest'
import { fail, succeed } from '../../kernel/outcome'
import type { OperationKind, Step } from '../operations'
import { applyAll, done, onSite, removeMade } from '../plans'
import { FIRST_WORK_ITEM, firstWorkItem, projectManifests, projectRecord } from './domain/manifests'
import { exceptNamespace, madeNamespace, makeNamespace, unmakeNamespace } from './namespace'
import type { ProjectPorts } from './ports'

export const CreateInput = z.object({
  site: z.string(),
  run: z.string(),
  by: z.string(),
  name: z.string(),
  spec: ProjectSpec,
  workItemTitle: z.string(),
  hard: z.record(z.string(), z.string()),
  leads: z.array(Subject).optional(),
  adopt: z.object({ uid: z.string() }).optional(),
  /** The wizard that this fulfils. */
  draft: z.string().optional(),
})
export type CreateInput = z.infer<typeof CreateInput>
export const AskInput = CreateInput.omit({ hard: true, leads: true, adopt: true })
export type AskInput = z.infer<typeof AskInput>
/** Who wrote a project last, so that a conflict can name them. */
export const CHANGED_BY = 'takt.dev/changed-by'

const manifestsOf = (input: CreateInput) => projectManifests(input.name, input.spec, input)
/** What a request still lacks: everything but its record. */
export const restOf = (input: CreateInput): Manifest[] =>
  manifestsOf(input).filter(({ kind }) => kind !== 'Project')

/** The steps that make a project; provisioning a new project's environment begins with the same ones. */
export function createSteps<I>(
  ports: Pick<ProjectPorts, 'worklog' | 'records'>,
  of: (input: I) => CreateInput,
  objects: (input: CreateInput) => Manifest[] = manifestsOf,
): Step<I>[] {
  return [
    {
      id: 'project',
      title: 'Make the project and its namespace',
      promiseSeconds: 5,
      async run({ input, client, kept, signal }) {
        const own = of(input)
        const on = client(own.site)
        if (!on.ok) return on
        const place = await makeNamespace(on.value, own, signal)
        if (!place.ok) return place
        const made = await applyAll(on.value, exceptNamespace(objects(own)), {
          run: own.run,
          signal,
        })
        if (!made.ok) return made
        kept['project'] = own.name
        return succeed(undefined)
      },
      async undo({ input, client, note, signal }) {
        const own = of(input)
        const on = client(own.site)
        if (!on.ok) return on
        const gone = await unmakeNamespace(on.value, own, { note, signal })
        return gone.ok
          ? removeMade(on.value, exceptNamespace(objects(own)), { run: own.run, signal })
          : gone
      },
    },
    {
      id: 'work-item',
      title: 'Put the question on the line',
      promiseSeconds: 2,
      async run({ input, kept, client, signal }) {
        const own = of(input)
        const { name, spec, workItemTitle, by } = own
        const on = client(own.site)
        if (!on.ok) return on
        const place = await madeNamespace(on.value, own, signal)
        if (!place.ok) return place
        const ref = { namespace: name, name: firstWorkItem(name, spec, workItemTitle).name }
        const entered = await ports.worklog.move(
          ref,
          { to: 'define', by, text: spec.question },
          signal,
        )
        if (!entered.ok) return entered
        kept['workItem'] = ref.name
        return ports.records.patchStatus(
          'Project',
          { name },
          { phase: 'Ready', namespace: name, ...place.value },
          signal,
        )
      },
    },
  ]
}

export const createKind = (ports: ProjectPorts): OperationKind<CreateInput> => ({
  kind: 'project-create',
  premise: {
    says: 'On nothing that may have moved: it only makes what is not there, and a namespace that somebody made meanwhile is refused.',
  },
  input: CreateInput,
  steps: () => createSteps(ports, (input) => input),
  undoable: true,
  cancelLeaves: ({ name }) => `Nothing: what was made for ${name} is removed again.`,
  settle: ({ draft }) => ports.drafts.close(draft),
})

/** A request as it is written down: the record, who asked and what the first work item is to be called. */
export const requestOf = ({ name, spec, run, by, workItemTitle }: AskInput): Manifest => {
  const { metadata, ...rest } = projectRecord(name, spec)
  return {
    ...rest,
    metadata: {
      ...metadata,
      annotations: { [ANNOTATION.run]: run, [CHANGED_BY]: by, [FIRST_WORK_ITEM]: workItemTitle },
    },
  }
}
const Marked = z.looseObject({
  metadata: z.looseObject({ annotations: z.record(z.string(), z.string()).default({}) }),
})

export const askKind = ({
  records,
  drafts,
}: Pick<ProjectPorts, 'records' | 'drafts'>): OperationKind<AskInput> => ({
  kind: 'project-ask',
  premise: { says: 'On nothing: it only makes a request, which decides nothing.' },
  input: AskInput,
  undoable: false,
  cancelLeaves: ({ name }) =>
    `The request for ${name}, where it was written already; a lead can delete it.`,
  settle: ({ draft }) => drafts.close(draft),
  steps: () => [
    {
      id: 'request',
      title: 'Write the request',
      promiseSeconds: 2,
      // Created and not applied: whoever may only ask has no right to change projects.
      run: onSite(async (client, { input, kept, signal }) => {
        const resource = records.resource('Project')
        const found = await client.get(resource, { name: input.name }, Marked, signal)
        if (!found.ok) return found
        kept['project'] = input.name
        if (found.value?.metadata.annotations[ANNOTATION.run] === input.run)
          return succeed(undefined)
        if (found.value)
          return fail(failure('ALREADY_EXISTS', { kind: 'project', name: input.name }))
        return done(await client.create(resource, requestOf(input), { signal }))
      }),
    },
  ],
})

const WITHOUT_NAMESPACE = {
  namespace: null,
  namespaceUid: null,
  namespaceOrigin: null,
} as unknown as Record<string, never>
export const fulfilKind = (ports: ProjectPorts): OperationKind<CreateInput> => ({
  kind: 'project-fulfil',
  premise: {
    says: 'On nothing that may have moved: it only makes what is not there, and a namespace that somebody made meanwhile is refused.',
  },
  input: CreateInput,
  undoable: true,
  cancelLeaves: ({ name }) => `The request for ${name}; what was made for it is removed again.`,
  steps: () =>
    createSteps<CreateInput>(ports, (input) => input, restOf).map((step) =>
      step.id === 'project'
        ? { ...step, id: 'namespace', title: 'Make its namespace' }
        : {
            ...step,
            undo: ({ input, signal }) =>
              ports.records.patchStatus(
                'Project',
                { name: input.name },
                // Absent again, not empty: a merge takes away what is null.
                { phase: 'Requested', ...WITHOUT_NAMESPACE },
                signal,
              ),
          },
    ),
})
