import { configMap } from './manifests'
import { dig, names, pick, refusal } from './see'
import type { Group, Session } from './target'

const pathOf = (session: Session): string => session.core('configmaps')
const versionOf = async (session: Session): Promise<string> =>
  String(dig((await session.get(pathOf(session))).body, 'metadata.resourceVersion'))

/** Something happens after the version that was read, and then the server forgets how it came about. */
const passBy = async (session: Session): Promise<void> => {
  for (const name of ['two', 'three']) await session.post(pathOf(session), configMap(name))
  await session.forget()
}

export const forgetting: Group = {
  name: 'forgetting',
  cases: [
    {
      name: 'a watch from a forgotten version is a 200 with one ERROR event: a Status 410 Expired',
      run: async (session) => {
        const from = await versionOf(session)
        await passBy(session)
        const events = await session.watch(
          `${pathOf(session)}?watch=true&resourceVersion=${from}&timeoutSeconds=5`,
          { enough: (seen) => seen.length === 1 },
        )
        return events.map((event) => ({
          type: event.type,
          ...pick(event.object, 'kind', 'apiVersion', 'status', 'reason', 'code'),
        }))
      },
    },
    {
      name: 'a continue token of a forgotten version is a 410 Expired that carries a new token for the rest, inconsistent',
      run: async (session) => {
        for (const name of ['a', 'b', 'c']) await session.post(pathOf(session), configMap(name))
        const first = await session.get(`${pathOf(session)}?limit=1`)
        await passBy(session)
        const token = encodeURIComponent(String(dig(first.body, 'metadata.continue')))
        const answer = await session.get(`${pathOf(session)}?limit=1&continue=${token}`)
        const next = encodeURIComponent(String(dig(answer.body, 'metadata.continue')))
        const rest = await session.get(`${pathOf(session)}?limit=50&continue=${next}`)
        return {
          answer: refusal(answer),
          hasToken: dig(answer.body, 'metadata.continue') !== undefined,
          rest: names(rest).filter((name) => String(name).length < 6),
        }
      },
    },
    {
      name: 'an exact list of a forgotten version is a 410 Expired',
      run: async (session) => {
        const from = await versionOf(session)
        await passBy(session)
        const answer = await session.get(
          `${pathOf(session)}?resourceVersion=${from}&resourceVersionMatch=Exact`,
        )
        return refusal(answer)
      },
    },
    {
      name: 'a list not older than a version far in the future is a 504 Timeout that says to try again',
      run: async (session) => {
        const answer = await session.get(
          `${pathOf(session)}?resourceVersion=99999999&resourceVersionMatch=NotOlderThan`,
        )
        return {
          ...(refusal(answer) as object),
          retryAfter: dig(answer.body, 'details.retryAfterSeconds'),
        }
      },
    },
    {
      name: 'nothing that exists is forgotten',
      run: async (session) => {
        await session.post(pathOf(session), configMap('one', { a: '7' }))
        await passBy(session)
        return pick((await session.get(`${pathOf(session)}/one`)).body, 'data')
      },
    },
  ],
}
