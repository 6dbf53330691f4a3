import { failure } from '../../../preload/contract/failures'
import type { Plan } from '../../../preload/contract/operations'
import type { DataSourceSpec, ToolSpec } from '../../../preload/contract/records/catalog'
import { timestamp } from '../../kernel/clock'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import type { MadePlan } from '../operations'
import { openChecks } from './domain/checks'
import { lineageOf, rowsOf, type Lineage } from './domain/source'
import { planAddSource, planTest, sourceKind, testKind } from './plan'
import type { CatalogPorts } from './ports'

export interface Staging {
  name: string
  stage: ToolSpec['stage']
  note: string
  resourceVersion: string
}
const LEAST_REASON = 10

/** Tools people may work in, and data people may point at. */
export function makeCatalog(ports: CatalogPorts) {
  const test = testKind(ports)
  const add = sourceKind(ports)
  ports.operations.register(test)
  ports.operations.register(add)
  async function offer<I>(made: Promise<Outcome<MadePlan<I>>>): Promise<Outcome<Plan>> {
    const one = await made
    return one.ok ? succeed(ports.operations.offer(one.value)) : one
  }
  return {
    planBringTool: (wanted: { name: string; spec: ToolSpec }, signal?: AbortSignal) =>
      offer(planTest(ports, test, { wanted: { ...wanted, bring: true }, signal })),
    async planTestTool(name: string, signal?: AbortSignal): Promise<Outcome<Plan>> {
      const tool = await ports.records.read('Tool', { name }, signal)
      return tool.ok
        ? offer(
            planTest(ports, test, {
              wanted: { name, spec: tool.value.spec, bring: false },
              signal,
            }),
          )
        : tool
    },
    planAddSource: (wanted: { name: string; spec: DataSourceSpec }, signal?: AbortSignal) =>
      offer(planAddSource(ports, add, { wanted, signal })),
    async setToolStage(
      { name, stage, note, resourceVersion }: Staging,
      signal?: AbortSignal,
    ): Promise<Outcome<void>> {
      const home = ports.sites.home()
      if (!home.ok) return home
      const [who, tool] = [
        await home.value.whoAmI(signal),
        await ports.records.read('Tool', { name }, signal),
      ]
      if (!who.ok) return who
      if (!tool.ok) return tool
      const open = openChecks(tool.value)
      if (stage === 'approved' && open !== undefined && note.trim().length < LEAST_REASON) {
        return fail(
          failure('INVALID', {
            issues: [
              {
                path: 'note',
                says: `${open}, so approving it needs a reason of at least ${String(LEAST_REASON)} letters`,
              },
            ],
          }),
        )
      }
      const notes =
        note.trim() === ''
          ? tool.value.spec.notes
          : [
              ...tool.value.spec.notes,
              { by: who.value.user, at: timestamp(home.value.clock.now()), text: note.trim() },
            ]
      const done = await home.value.mergePatch(
        ports.records.resource('Tool'),
        { name },
        {
          body: { metadata: { resourceVersion }, spec: { stage, notes } },
          ...(signal && { signal }),
        },
      )
      return done.ok ? succeed(undefined) : done
    },
    async source(
      name: string,
      signal?: AbortSignal,
    ): Promise<Outcome<{ lineage: Lineage[]; rows: ReturnType<typeof rowsOf> }>> {
      const source = await ports.records.read('DataSource', { name }, signal)
      if (!source.ok) return source
      const known = {
        snapshots: ports.records.known('DataSnapshot').items,
        environments: ports.records.known('Environment').items,
        revisions: ports.records.known('Revision').items,
      }
      return succeed({ lineage: lineageOf(source.value, known), rows: rowsOf(source.value) })
    },
  }
}
export type Catalog = ReturnType<typeof makeCatalog>
