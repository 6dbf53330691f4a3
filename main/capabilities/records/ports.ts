import type { RecordKind, RecordOf } from '../../../preload/contract/records'
import type { Outcome } from '../../kernel/outcome'
import type { KubeObject, Resource } from '../../platform/kubernetes/types'
import type { Clock } from '../../kernel/clock'
import type { Log } from '../../platform/log'
import type { Store } from '../../platform/store'
import type { Sites } from '../sites'

export interface RecordsPorts {
  sites: Pick<Sites, 'home' | 'onChange'>
  store: Store['records']
  clock: Clock
  log: Log
}

/** The shared records of the home site: live through one watch per kind, last seen from the local store before and without it. */
export interface Records {
  /** Records as last seen, at once and without a connection. */
  /** `unserved`: the home site answered that it does not know the kind, so there is none of it; to be told from one that cannot be read. */
  known<K extends RecordKind>(
    kind: K,
  ): { items: RecordOf<K>[]; asOf: number; live: boolean; unserved?: boolean }
  find<K extends RecordKind>(kind: K, name: string, namespace?: string): RecordOf<K> | undefined
  /** Calls back (at most four times a second) after records of these kinds changed; the answer stops it. */
  onChange(kinds: RecordKind[], listener: () => void): () => void
  /** Reads one record from the home site now. */
  read<K extends RecordKind>(
    kind: K,
    ref: { name: string; namespace?: string | undefined },
    signal?: AbortSignal,
  ): Promise<Outcome<RecordOf<K>>>
  resource(kind: RecordKind): Resource
  /** The object to apply for a record's spec. */
  toObject<K extends RecordKind>(
    kind: K,
    ref: { name: string; namespace?: string | undefined },
    spec: RecordOf<K>['spec'],
    extra?: Partial<KubeObject['metadata']>,
  ): KubeObject
  /** Merges into a record's status (status subresource, own field manager). */
  patchStatus<K extends RecordKind>(
    kind: K,
    ref: { name: string; namespace?: string | undefined },
    status: Partial<RecordOf<K>['status']>,
    signal?: AbortSignal,
  ): Promise<Outcome<void>>
}
