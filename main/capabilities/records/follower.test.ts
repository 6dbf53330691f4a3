import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { z } from 'zod'
import { HandClock } from '../../../test/support/clock'
import { failure, type Failure } from '../../../preload/contract/failures'
import { succeed } from '../../kernel/outcome'
import type {
  KubeClient,
  KubeObject,
  ListQuery,
  Resource,
  WatchItem,
} from '../../platform/kubernetes/types'
import { silentLog } from '../../platform/log'
import { openStore, type Store } from '../../platform/store'
import { makeRecords, type RecordsService } from './service'

const metadata = (name: string, namespace?: string) => ({
  name,
  uid: `uid-${name}`,
  resourceVersion: '1',
  creationTimestamp: '2026-11-01T00:00:00Z',
  ...(namespace !== undefined && { namespace }),
})
const project = (name: string, members: { kind: string; name: string }[] = []): KubeObject => ({
  apiVersion: 'takt.dev/v1alpha1',
  kind: 'Project',
  metadata: metadata(name),
  spec: {
    title: name,
    question: 'Why?',
    owner: 'mara',
    team: 'voice',
    members: members.map((each) => ({ ...each, role: 'engineer' })),
    costCentre: 'voice',
    timeBox: { start: '2026-11-01T00:00:00Z', due: '2026-12-01T00:00:00Z' },
    budgetUsd: 1,
    sites: ['oslo'],
  },
})
const item = (name: string, namespace: string): KubeObject => ({
  apiVersion: 'takt.dev/v1alpha1',
  kind: 'WorkItem',
  metadata: metadata(name, namespace),
  spec: {
    project: namespace,
    title: name,
    question: 'Why?',
    description: '',
    owner: 'mara',
    waivers: [],
  },
})

interface Open {
  plural: string
  namespace: string | undefined
  tell(items: KubeObject[]): void
}
/** A cluster on which eve of the group voice may read projects everywhere, and the rest only where it lets her. */
class Cluster {
  readonly open: Open[] = []
  readonly letsIn = new Set<string>()
  everywhere = false
  readonly client: Pick<KubeClient, 'site' | 'clock' | 'watch' | 'whoAmI' | 'review'>
  constructor(clock: HandClock) {
    this.client = {
      site: 'oslo',
      clock,
      watch: (resource, query, options) => this.#watch(resource, query, options as never) as never,
      whoAmI: () => Promise.resolve(succeed({ user: 'eve', groups: ['voice'] })),
      review: (asks) =>
        Promise.resolve(
          succeed(asks.map(() => (this.everywhere ? ('yes' as const) : ('no' as const)))),
        ),
    }
  }
  watched(plural: string): (string | undefined)[] {
    return this.open.filter((each) => each.plural === plural).map(({ namespace }) => namespace)
  }
  tell(plural: string, items: KubeObject[], namespace?: string) {
    this.open.find((each) => each.plural === plural && each.namespace === namespace)?.tell(items)
  }

  async *#watch(
    { plural }: Resource,
    { namespace }: ListQuery,
    {
      parse,
      signal,
      onFailure,
    }: { parse: z.ZodType; signal: AbortSignal; onFailure(failed: Failure): void },
  ): AsyncGenerator<WatchItem<never>, void> {
    if (plural !== 'projects' && !this.everywhere && !this.letsIn.has(namespace ?? ''))
      return onFailure(
        failure('FORBIDDEN', {
          site: 'oslo',
          verb: 'list',
          resource: plural,
          says: 'no',
          grantedBy: [],
        }),
      )
    const queue: KubeObject[][] = []
    let wake = () => {}
    const one: Open = {
      plural,
      namespace,
      tell: (items) => {
        queue.push(items)
        wake()
      },
    }
    this.open.push(one)
    signal.addEventListener('abort', () => wake())
    try {
      while (!signal.aborted) {
        const items = queue.shift()
        if (items)
          yield { type: 'reset', items: items.map((each) => parse.parse(each)) as never[], at: 5 }
        else
          await new Promise<void>((resolve) => {
            wake = resolve
          })
      }
    } finally {
      this.open.splice(this.open.indexOf(one), 1)
    }
  }
}

const settle = async () => {
  for (let turn = 0; turn < 5; turn++) await new Promise((settled) => setImmediate(settled))
}
let folder: string
let store: Store
let clock: HandClock
let cluster: Cluster
let records: RecordsService
const known = () => {
  const { items, live } = records.known('WorkItem')
  return { names: items.map(({ meta }) => `${meta.namespace ?? ''}/${meta.name}`), live }
}
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'takt-follower-'))
  const opened = openStore(folder, { pid: process.pid, now: () => 1 })
  if (!opened.ok) throw new Error(opened.failure.code)
  store = opened.value
  clock = new HandClock()
  cluster = new Cluster(clock)
  records = makeRecords({
    sites: { home: () => succeed(cluster.client as KubeClient), onChange: () => () => undefined },
    store: store.records,
    clock,
    log: silentLog,
  })
  cluster.letsIn.add('doubles').add('words')
  records.start()
  await settle()
})
afterEach(() => {
  records.close()
  store.close()
  rmSync(folder, { recursive: true, force: true })
})

test('who may not read a kind everywhere follows it in the namespaces of their own projects alone', async () => {
  cluster.tell('projects', [
    project('doubles', [{ kind: 'User', name: 'eve' }]),
    project('words', [{ kind: 'Group', name: 'voice' }]),
    project('others', [{ kind: 'User', name: 'nils' }]),
  ])
  await settle()
  expect(cluster.watched('workitems')).toEqual(['doubles', 'words'])
})

test('records are live only when every one of those namespaces has answered', async () => {
  cluster.tell('projects', [
    project('doubles', [{ kind: 'User', name: 'eve' }]),
    project('words', [{ kind: 'Group', name: 'voice' }]),
  ])
  await settle()
  cluster.tell('workitems', [item('pitch', 'doubles')], 'doubles')
  await settle()
  expect(known()).toEqual({ names: ['doubles/pitch'], live: false })
  cluster.tell('workitems', [item('lines', 'words')], 'words')
  await settle()
  expect(known()).toEqual({ names: ['doubles/pitch', 'words/lines'], live: true })
})

test('who belongs to no project hears of nothing, and that is live too', async () => {
  cluster.tell('projects', [project('others')])
  await settle()
  expect(known()).toEqual({ names: [], live: true })
})

test('a project one no longer belongs to is forgotten with what stood in it', async () => {
  cluster.tell('projects', [
    project('doubles', [{ kind: 'User', name: 'eve' }]),
    project('words', [{ kind: 'Group', name: 'voice' }]),
  ])
  await settle()
  cluster.tell('workitems', [item('pitch', 'doubles')], 'doubles')
  cluster.tell('workitems', [item('lines', 'words')], 'words')
  await settle()
  cluster.tell('projects', [project('doubles', [{ kind: 'User', name: 'eve' }]), project('words')])
  await settle()
  expect([cluster.watched('workitems'), known()]).toEqual([
    ['doubles'],
    { names: ['doubles/pitch'], live: true },
  ])
})

test('a namespace that lets its members in a moment later is asked again', async () => {
  cluster.letsIn.delete('words')
  cluster.tell('projects', [project('words', [{ kind: 'Group', name: 'voice' }])])
  await settle()
  expect(cluster.watched('workitems')).toEqual([])
  cluster.letsIn.add('words')
  await clock.advance(15_000)
  await settle()
  expect(cluster.watched('workitems')).toEqual(['words'])
})

test('once everything may be read, one watch takes the place of the many', async () => {
  cluster.tell('projects', [project('doubles', [{ kind: 'User', name: 'eve' }])])
  await settle()
  cluster.everywhere = true
  await clock.advance(15_000)
  await settle()
  expect(cluster.watched('workitems')).toEqual([undefined])
  cluster.tell('workitems', [item('pitch', 'doubles'), item('else', 'others')])
  await settle()
  expect(known()).toEqual({ names: ['doubles/pitch', 'others/else'], live: true })
})
