import { failure } from '../../../preload/contract/failures'
import {
  GROUP,
  KINDS,
  VERSION,
  type RecordKind,
  type RecordOf,
} from '../../../preload/contract/records'
import type { Plan } from '../../../preload/contract/operations'
import type { SiteState } from '../../../preload/contract/sites'
import { seeded } from '../../../main/kernel/random'
import { fail, succeed, type Outcome } from '../../../main/kernel/outcome'
import type {
  MadePlan,
  OperationKind,
  Operations,
  StepContext,
} from '../../../main/capabilities/operations'
import type { Records } from '../../../main/capabilities/records'
import type { Sites } from '../../../main/capabilities/sites'
import type { KubeObject, Resource } from '../../../main/platform/kubernetes/types'
import type { FakeKube } from './kube'

export const siteState = (state: Partial<SiteState> = {}): SiteState => ({
  id: 'oslo',
  name: 'oslo',
  place: 'on-prem',
  meta: 'on-prem',
  simulated: true,
  state: 'live',
  home: true,
  prepared: 'yes',
  offers: [],
  ...state,
})

export function fakeSites(kube: FakeKube, states: SiteState[] = [siteState()]): Sites {
  const client = (site: string) =>
    site === kube.site ? succeed(kube) : fail(failure('SITE_UNKNOWN', { site }))
  return {
    states: () => states,
    onChange: () => () => undefined,
    client,
    home: () => succeed(kube),
    whoIs: () => ({ user: kube.user, groups: [] }),
    async review(site, asks) {
      const found = client(site)
      if (!found.ok) return found
      const answers = await found.value.review(asks)
      if (!answers.ok) return answers
      return succeed(
        asks.map(({ says, verb, resource, group, namespace, without }, index) => ({
          says,
          verb,
          resource,
          group,
          ...(namespace !== undefined && { namespace }),
          allowed: answers.value[index] ?? 'unknown',
          grantedBy: answers.value[index] === 'no' ? ['mara.lind'] : [],
          ...(without !== undefined && { without }),
        })),
      )
    },
  }
}

/** Records read straight from the fake cluster; what is known is what is there. */
export function fakeRecords(kube: FakeKube): Records {
  const resource = (kind: RecordKind): Resource => ({
    group: GROUP,
    version: VERSION,
    plural: KINDS[kind].plural,
  })
  const read = <K extends RecordKind>(kind: K, object: KubeObject) =>
    KINDS[kind].schema.parse({
      kind,
      spec: object['spec'],
      status: object['status'] ?? {},
      meta: {
        name: object.metadata.name,
        namespace: object.metadata.namespace,
        uid: object.metadata.uid,
        resourceVersion: object.metadata.resourceVersion,
        createdAt: object.metadata.creationTimestamp,
      },
    }) as unknown as RecordOf<K>
  const all = <K extends RecordKind>(kind: K) => kube.all(kind).map((object) => read(kind, object))
  const find: Records['find'] = (kind, name, namespace) =>
    all(kind).find(
      ({ meta }) => meta.name === name && (namespace === undefined || meta.namespace === namespace),
    )
  return {
    known: (kind) => ({ items: all(kind), asOf: kube.clock.now(), live: true }),
    find,
    onChange: () => () => undefined,
    resource,
    read(kind, ref) {
      const found = find(kind, ref.name, ref.namespace)
      return Promise.resolve(
        found ? succeed(found) : fail(failure('NOT_FOUND', { kind, name: ref.name })),
      )
    },
    toObject: (kind, { name, namespace }, spec, extra) => ({
      apiVersion: `${GROUP}/${VERSION}`,
      kind,
      metadata: { name, ...(namespace !== undefined && { namespace }), ...extra },
      spec: structuredClone(spec),
    }),
    async patchStatus(kind, ref, status) {
      const done = await kube.mergePatch(resource(kind), ref, {
        body: { status },
        subresource: 'status',
      })
      return done.ok ? succeed(undefined) : done
    },
  }
}

/** Keeps offered plans and runs their steps one after the other, as the journal would. */
export class FakeOperations implements Operations {
  readonly kinds = new Map<string, OperationKind<unknown>>()
  readonly #plans = new Map<string, MadePlan<unknown>>()
  readonly notes: string[] = []
  readonly details: string[] = []
  readonly #kube: FakeKube
  constructor(kube: FakeKube) {
    this.#kube = kube
  }
  register<I>(kind: OperationKind<I>) {
    this.kinds.set(kind.kind, kind as unknown as OperationKind<unknown>)
  }
  offer<I>(made: MadePlan<I>): Plan {
    const id = `plan-${String(this.#plans.size + 1)}`
    this.#plans.set(id, made as unknown as MadePlan<unknown>)
    return { ...made.plan, id, madeAt: '2026-11-18T14:32:00Z', expiresAt: '2026-11-18T14:37:00Z' }
  }
  #context(
    input: unknown,
    kept: Record<string, string>,
    signal: AbortSignal,
  ): StepContext<unknown> {
    return {
      input,
      kept,
      signal,
      client: () => succeed(this.#kube),
      progress: (detail) => this.details.push(detail),
      note: (says) => this.notes.push(says),
    }
  }
  /** Runs the steps of a plan; `before` is called ahead of each, `upTo` ends it early. Answers what it kept, or the failure. */
  async run(
    planId: string,
    options: { upTo?: string; twice?: boolean; signal?: AbortSignal } = {},
  ): Promise<Outcome<Record<string, string>>> {
    const made = this.#plans.get(planId)
    if (!made) throw new Error(`no plan ${planId}`)
    const kind = this.kinds.get(made.kind.kind)
    if (!kind) throw new Error(`${made.kind.kind} was never registered`)
    const input = kind.input.parse(JSON.parse(JSON.stringify(made.input)))
    const kept: Record<string, string> = {}
    for (const step of kind.steps(input)) {
      if (step.id === options.upTo) break
      for (let time = 0; time < (options.twice ? 2 : 1); time++) {
        const done = await step.run(
          this.#context(input, kept, options.signal ?? new AbortController().signal),
        )
        if (!done.ok) return done
      }
    }
    if (options.upTo === undefined) kind.settle?.(input)
    return succeed(kept)
  }
  async undo(planId: string, kept: Record<string, string>) {
    const made = this.#plans.get(planId)
    for (const step of made?.kind.steps(made.input).toReversed() ?? []) {
      const done = await step.undo?.(this.#context(made?.input, kept, new AbortController().signal))
      if (done && !done.ok) return done
    }
    return succeed(undefined)
  }
  again(planId: string) {
    return this.#plans.get(planId)?.again(new AbortController().signal)
  }
}
export const random = () => seeded(7)
