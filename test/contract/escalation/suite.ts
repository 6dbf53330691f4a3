import { beforeAll, expect, test } from 'vitest'
import { preparedObjects } from '../../../main/capabilities/prepare'
import type { Manifest } from '../../../main/kernel/manifest'
import { Session, type Json, type Target } from '../conformance/target'
import { lea, RIGHTS_NOBODY_HAS } from './asking'
import { ATTEMPTS } from './attempts'
import { endOf, pathOf, sent, told, WORLD } from './world'

/** Puts every attempt to a server that was prepared as Takt prepares one. */
export function escalation({ target, patience }: { target: () => Target; patience: number }): void {
  let session: Session
  let last = ''
  const applied = async (object: Manifest): Promise<boolean> => {
    const answer = await session.apply(
      `${pathOf(object)}?force=true`,
      'takt',
      object as unknown as Json,
    )
    last = told(answer)
    return answer.status < 300
  }
  /** Definitions are served, and roles and policies heard of, a moment after they were written. */
  const until = async (holds: () => Promise<boolean>, what: string): Promise<void> => {
    const deadline = performance.now() + patience * 1000
    while (!(await holds())) {
      if (performance.now() > deadline) throw new Error(`${what} did not come about: ${last}`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  beforeAll(async () => {
    session = new Session(target(), 'wear', patience)
    for (const object of [...preparedObjects(), ...WORLD])
      await until(() => applied(object), `${object.kind} ${object.metadata.name}`)
    for (const { ends, ...attempt } of ATTEMPTS) {
      if (ends === 'done' || ends === 'no right') continue
      await until(
        async () => endOf(await sent(session, { ends, ...attempt })) !== 'done',
        `a refusal of: ${attempt.name}`,
      )
    }
  })
  test.each(ATTEMPTS.map((attempt) => [attempt.name, attempt] as const))(
    '%s',
    async (_name, attempt) => {
      const end = endOf(await sent(session, attempt))
      if (attempt.ends instanceof RegExp) expect(end).toMatch(attempt.ends)
      else expect(end).toBe(attempt.ends)
    },
  )
  test.each(RIGHTS_NOBODY_HAS.map((attempt) => [attempt.name, attempt] as const))(
    'a lead has no right to %s',
    async (_name, attempt) => {
      const { body } = await sent(session, { ...attempt, as: lea })
      expect(body).toMatchObject({ status: { allowed: false } })
    },
  )
}
