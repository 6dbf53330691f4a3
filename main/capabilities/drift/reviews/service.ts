import type { VerdictOperation } from '../../../../preload/contract/drift'
import type { Fleet, MonitorSettings } from '../../../../preload/contract/drift-review'
import { failure } from '../../../../preload/contract/failures'
import { timestamp } from '../../../kernel/clock'
import { given } from '../../../kernel/given'
import { fail, succeed, type Outcome } from '../../../kernel/outcome'
import type { DriftPorts } from '../ports'
import { unusable } from '../refusal'
import { conflictsIn, measuresOf, united } from './conflicts'
import { groupsOf, mergeGroup, pullCord, reviewName } from './merge'
import { SaidHere, type Said } from './said'

export interface SayInput {
  window: string
  column?: string | undefined
  verdict?: 'fine' | 'watch' | 'act' | undefined
  note?: string | undefined
  limits?: VerdictOperation['limits'] | undefined
}
/** The model that something is said of. */
export interface Spoken {
  id: string
  bundle?: string | undefined
  settings: MonitorSettings
  breachAt?: string | undefined
  /** Hash of the frozen reference. */ profile?: string | undefined
}

/** What people say of drift: kept here, merged into the shared records, settled where it differs. */
export class Reviews {
  readonly #ports: DriftPorts
  readonly #said: SaidHere
  #user: string
  constructor(ports: DriftPorts) {
    this.#ports = ports
    this.#said = new SaidHere(ports.store)
    this.#user = ports.localUser
  }

  /** Everything known of a model: the shared record, what was said here, and what a bundle brought. */
  of(
    { id, settings: { model, workItem }, profile }: Spoken,
    brought: readonly VerdictOperation[] = [],
  ): VerdictOperation[] {
    const shared =
      workItem && this.#ports.records.find('DriftReview', reviewName(model), workItem.namespace)
    return united(brought, shared?.spec.operations ?? [], this.#said.of({ id, model, profile }))
  }
  /** Who is signed in where the shared records are, else as this machine knows them. */
  async me(signal?: AbortSignal): Promise<string> {
    const home = this.#ports.sites.home(),
      who = home.ok ? await home.value.whoAmI(signal) : home
    if (who.ok) this.#user = who.value.user
    return this.#user
  }
  now(): number {
    const home = this.#ports.sites.home()
    return home.ok ? home.value.clock.now() : this.#ports.clock.now()
  }

  async say(
    { id, bundle, settings, breachAt, profile }: Spoken,
    { window, column, verdict, note, limits }: SayInput,
    over?: string,
  ): Promise<Outcome<VerdictOperation>> {
    if (verdict === undefined && note === undefined && limits === undefined)
      return fail(
        failure('INVALID', {
          issues: [{ path: 'verdict', says: 'a verdict, a note or limits are needed' }],
        }),
      )
    const offline = !this.#ports.sites.home().ok
    const operation: VerdictOperation = {
      id: this.#newId(),
      at: timestamp(this.now()),
      author: await this.me(),
      window,
      ...given({ column, verdict, note, limits, over, breachAt }),
      ...(offline && { offline }),
    }
    const kept = this.#said.add({
      id,
      model: settings.model,
      owner: settings.owner,
      operation,
      merged: false,
      ...given({ bundle, profile, workItem: settings.workItem }),
    })
    return kept.ok ? succeed(operation) : kept
  }
  takeBack(operation: string): Outcome<void> {
    const done = this.#said.takeBack(operation)
    if (!done.ok) return done
    return done.value
      ? succeed(undefined)
      : fail(
          unusable(
            'This has merged already, or was not said on this machine.',
            'Say something else: the newest verdict holds.',
          ),
        )
  }

  state(
    models: readonly { model: string; operations: readonly VerdictOperation[] }[],
  ): Pick<Fleet, 'waiting' | 'conflicts' | 'canMerge' | 'mergeNeeds' | 'measures'> {
    const waiting = this.#said.waiting(),
      home = this.#ports.sites.home(),
      homeless = waiting.filter(({ workItem }) => !workItem).length
    const needs = !home.ok
      ? 'The site with the shared records is not connected.'
      : homeless > 0
        ? `${homeless} ${homeless === 1 ? 'belongs' : 'belong'} to models without a work item; name one in their settings.`
        : undefined
    return {
      waiting: waiting.length,
      canMerge: home.ok && waiting.length > homeless,
      ...given({ mergeNeeds: waiting.length > 0 ? needs : undefined }),
      conflicts: models.flatMap(({ model, operations }) =>
        conflictsIn(model, operations, this.#user),
      ),
      measures: measuresOf(united(...models.map(({ operations }) => operations))),
    }
  }

  /** Merges what waits; running it again changes nothing. */
  async merge(
    signal?: AbortSignal,
  ): Promise<Outcome<{ merged: number; conflicts: Fleet['conflicts'] }>> {
    const home = this.#ports.sites.home()
    if (!home.ok) return home
    const me = await this.me(signal),
      conflicts: Fleet['conflicts'] = []
    let merged = 0
    for (const group of groupsOf(this.#said.waiting())) {
      const all = await mergeGroup(this.#ports, group, signal)
      if (!all.ok) return all
      const pulled = await pullCord(this.#ports, group, signal)
      if (!pulled.ok) return pulled
      const kept = this.#said.markMerged(new Set(group.operations.map(({ id }) => id)))
      if (!kept.ok) return kept
      merged += group.operations.length
      conflicts.push(...conflictsIn(group.model, all.value, me))
    }
    return succeed({ merged, conflicts })
  }
  waitingFor(id: string): Said[] {
    return this.#said.waiting().filter((said) => said.id === id)
  }

  #newId(): string {
    const part = () =>
      Math.floor(this.#ports.random.next() * 2 ** 32)
        .toString(16)
        .padStart(8, '0')
    return `${part()}${part()}${part()}`
  }
}
