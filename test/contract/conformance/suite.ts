import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { groups } from './index'
import { Session, type Target } from './target'

type Truth = Record<string, unknown>

const file = (group: string): string => join(import.meta.dirname, 'truth', `${group}.json`)
const read = (group: string): Truth =>
  existsSync(file(group)) ? (JSON.parse(readFileSync(file(group), 'utf8')) as Truth) : {}
/** Undefined fields and class instances do not survive a file, so the fresh answers take the same road. */
const plain = (value: unknown): unknown =>
  value === undefined ? null : (JSON.parse(JSON.stringify(value)) as unknown)

export interface Suite {
  target: () => Target
  patience: number
  /** Writes the answers down as the truth instead of comparing; only ever for a real API server. */
  record?: boolean
  /** Cases this server is known not to answer truly, by "group: name"; each must really differ. */
  knownGaps?: ReadonlySet<string>
}

/** Puts every case to the target and compares with what a real API server answered. */
export function conformance({
  target,
  patience,
  record = false,
  knownGaps = new Set(),
}: Suite): void {
  describe.each(groups.map((group) => [group.name, group] as const))('%s', (_name, group) => {
    const truth = read(group.name)
    const fresh: Truth = {}
    test.each(group.cases.map((each, index) => [each.name, each, index] as const))(
      '%s',
      async (name, each, index) => {
        const session = new Session(target(), `${group.name}-${index}`, patience)
        await session.makeNamespace()
        const seen = plain(await each.run(session))
        fresh[name] = seen
        if (record) return
        if (!(name in truth))
          throw new Error('no recorded answer: run the cluster tests with TAKT_RECORD=1')
        if (knownGaps.has(`${group.name}: ${name}`)) expect(seen).not.toEqual(truth[name])
        else expect(seen).toEqual(truth[name])
      },
    )
    afterAll(() => {
      if (record) writeFileSync(file(group.name), `${JSON.stringify(fresh, null, 1)}\n`)
    })
  })
}
