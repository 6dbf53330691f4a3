import { z } from 'zod'
import { ProjectSpec } from '../../../preload/contract/records/project'
import { succeed } from '../../kernel/outcome'
import type { OperationKind, Step } from '../operations'
import { applyAll, KUBE, removeMade, removeOne, until } from '../plans'
import { firstWorkItem, projectManifests } from './domain/manifests'
import type { ProjectPorts } from './ports'

export const CreateInput = z.object({ site: z.string(), run: z.string(), by: z.string(), name: z.string(), spec: ProjectSpec, workItemTitle: z.string(), hard: z.record(z.string(), z.string()) })
export type CreateInput = z.infer<typeof CreateInput>
export const DeleteInput = z.object({ site: z.string(), name: z.string() })
export type DeleteInput = z.infer<typeof DeleteInput>

const manifestsOf = ({ name, spec, workItemTitle, hard }: CreateInput) => projectManifests(name, spec, { workItemTitle, hard })

/** The steps that make a project; provisioning a new project's environment begins with the same ones. */
export function createSteps<I>(ports: Pick<ProjectPorts, 'worklog' | 'records'>, of: (input: I) => CreateInput): Step<I>[] {
  return [
    {
      id: 'project', title: 'Make the project and its namespace', promiseSeconds: 5,
      async run({ input, client, kept, signal }) {
        const own = of(input)
        const on = client(own.site)
        if (!on.ok) return on
        const done = await applyAll(on.value, manifestsOf(own), { run: own.run, signal })
        if (!done.ok) return done
        kept['project'] = own.name
        return succeed(undefined)
      },
      async undo({ input, client, signal }) {
        const own = of(input)
        const on = client(own.site)
        return on.ok ? removeMade(on.value, manifestsOf(own), { run: own.run, signal }) : on
      },
    },
    {
      id: 'work-item', title: 'Put the question on the line', promiseSeconds: 2,
      async run({ input, kept, signal }) {
        const { name, spec, workItemTitle, by } = of(input)
        const ref = { namespace: name, name: firstWorkItem(name, spec, workItemTitle).name }
        const entered = await ports.worklog.move(ref, { to: 'define', by, text: spec.question }, signal)
        if (!entered.ok) return entered
        kept['workItem'] = ref.name
        return ports.records.patchStatus('Project', { name }, { phase: 'Ready', namespace: name }, signal)
      },
    },
  ]
}

export const createKind = (ports: ProjectPorts): OperationKind<CreateInput> => ({
  kind: 'project-create', input: CreateInput, steps: () => createSteps(ports, (input) => input), undoable: true,
  cancelLeaves: ({ name }) => `Nothing: what was made for ${name} is removed again.`,
})

export const deleteKind = (ports: Pick<ProjectPorts, 'clock'>): OperationKind<DeleteInput> => ({
  kind: 'project-delete', input: DeleteInput, undoable: false,
  cancelLeaves: ({ name }) => `What was removed of ${name} is gone; the rest stays, and deleting again goes on from there.`,
  steps: () => [
    {
      id: 'namespace', title: 'Delete the namespace with everything in it', promiseSeconds: 60,
      async run({ input, client, progress, signal }) {
        const on = client(input.site)
        if (!on.ok) return on
        const gone = await removeOne(on.value, { apiVersion: 'v1', kind: 'Namespace', name: input.name }, signal)
        if (!gone.ok) return gone
        return until(ports.clock, async () => {
          const found = await on.value.get(KUBE.namespaces, { name: input.name }, z.unknown(), signal)
          if (!found.ok) return found
          progress('Waiting until everything in it has ended')
          return succeed(found.value === undefined)
        }, signal)
      },
    },
    {
      id: 'project', title: 'Delete the project', promiseSeconds: 5,
      async run({ input, client, signal }) {
        const on = client(input.site)
        return on.ok ? removeOne(on.value, { apiVersion: 'takt.dev/v1alpha1', kind: 'Project', name: input.name }, signal) : on
      },
    },
  ],
})
