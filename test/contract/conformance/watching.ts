import { configMap } from './manifests'
import { dig, pick, refusal, shape } from './see'
import type { Event, Group, Session } from './target'

const versionOf = async (session: Session): Promise<string> =>
  String(dig((await session.get(session.core('configmaps'))).body, 'metadata.resourceVersion'))

const brief = (events: Event[]): unknown[] =>
  events.map((event) => [
    event.type,
    dig(event.object, 'metadata.name'),
    dig(event.object, 'data.a'),
  ])

/** Only what the case itself made: controllers put objects of their own into every namespace. */
const chosen = 'labelSelector=watched'
const watched = (name: string, data = '1'): ReturnType<typeof configMap> =>
  configMap(name, { a: data }, { labels: { watched: 'yes' } })

const threeChanges = async (session: Session): Promise<void> => {
  await session.post(session.core('configmaps'), watched('one'))
  await session.put(session.core('configmaps/one'), watched('one', '2'))
  await session.delete(session.core('configmaps/one'))
}

export const watching: Group = {
  name: 'watching',
  cases: [
    {
      name: 'a watch from a resourceVersion shows ADDED, MODIFIED and DELETED in order, the last with the final state',
      run: async (session) => {
        const from = await versionOf(session)
        const path = `${session.core('configmaps')}?watch=true&resourceVersion=${from}&${chosen}`
        return brief(
          await session.watch(path, {
            enough: (events) => events.length === 3,
            action: () => threeChanges(session),
          }),
        )
      },
    },
    {
      name: 'a watch from a resourceVersion of the past replays what has happened since',
      run: async (session) => {
        const from = await versionOf(session)
        await threeChanges(session)
        const path = `${session.core('configmaps')}?watch=true&resourceVersion=${from}&${chosen}`
        return brief(await session.watch(path, { enough: (events) => events.length === 3 }))
      },
    },
    {
      name: 'each event carries a whole object with kind and apiVersion and a rising resourceVersion',
      run: async (session) => {
        const from = await versionOf(session)
        await threeChanges(session)
        const path = `${session.core('configmaps')}?watch=true&resourceVersion=${from}&${chosen}`
        const events = await session.watch(path, { enough: (seen) => seen.length === 3 })
        const versions = events.map((event) =>
          Number(dig(event.object, 'metadata.resourceVersion')),
        )
        return {
          objects: events.map((event) =>
            pick(event.object, 'kind', 'apiVersion', 'metadata.namespace'),
          ),
          isRising: versions.every(
            (version, index) => index === 0 || version > (versions[index - 1] ?? 0),
          ),
        }
      },
    },
    {
      name: 'a watch with resourceVersion 0 starts with ADDED for what exists',
      run: async (session) => {
        await session.post(session.core('configmaps'), watched('one'))
        await session.post(session.core('configmaps'), watched('two'))
        const path = `${session.core('configmaps')}?watch=true&resourceVersion=0&${chosen}`
        await session.until(
          `${session.core('configmaps')}?resourceVersion=0&${chosen}`,
          (answer) => dig(answer.body, 'items.1') !== undefined,
        )
        return brief(
          await session.watch(path, { enough: (events) => events.length === 2 }),
        ).toSorted()
      },
    },
    {
      name: 'a watch without resourceVersion starts with ADDED for what exists',
      run: async (session) => {
        await session.post(session.core('configmaps'), watched('one'))
        const path = `${session.core('configmaps')}?watch=true&${chosen}`
        return brief(await session.watch(path, { enough: (events) => events.length === 1 }))
      },
    },
    {
      name: 'an object that comes to match the selector is ADDED, and one that no longer does is DELETED',
      run: async (session) => {
        const from = await versionOf(session)
        const relabel = (value: string | null): Promise<unknown> =>
          session.patch('merge', session.core('configmaps/one'), {
            metadata: { labels: { watched: value } },
          })
        const path = `${session.core('configmaps')}?watch=true&resourceVersion=${from}&${chosen}`
        const action = async (): Promise<void> => {
          await session.post(session.core('configmaps'), configMap('one'))
          await relabel('yes')
          await relabel(null)
        }
        return brief(await session.watch(path, { enough: (events) => events.length === 2, action }))
      },
    },
    {
      name: 'a watch of one object by fieldSelector shows no other',
      run: async (session) => {
        const from = await versionOf(session)
        const path = `${session.core('configmaps')}?watch=true&resourceVersion=${from}&fieldSelector=metadata.name%3Dtwo`
        const action = async (): Promise<void> => {
          await session.post(session.core('configmaps'), watched('one'))
          await session.post(session.core('configmaps'), watched('two'))
        }
        return brief(await session.watch(path, { enough: (events) => events.length === 1, action }))
      },
    },
    {
      name: 'sendInitialEvents ends the existing objects with a bookmark that says so',
      run: async (session) => {
        await session.post(session.core('configmaps'), watched('one'))
        const query =
          'watch=true&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan'
        const events = await session.watch(`${session.core('configmaps')}?${query}&${chosen}`, {
          enough: (seen) => seen.at(-1)?.type === 'BOOKMARK',
        })
        return events.map((event) => ({
          type: event.type,
          ...pick(event.object, 'kind', 'apiVersion', 'metadata.name', 'metadata.annotations'),
          resourceVersion: shape(dig(event.object, 'metadata.resourceVersion')),
        }))
      },
    },
    {
      name: 'sendInitialEvents without resourceVersionMatch is a 422 Invalid',
      run: async (session) =>
        refusal(
          await session.get(`${session.core('configmaps')}?watch=true&sendInitialEvents=true`),
        ),
    },
    {
      name: 'a watch with a resourceVersion that is no number is a 500 without a reason, unlike a list',
      run: async (session) =>
        refusal(await session.get(`${session.core('configmaps')}?watch=true&resourceVersion=abc`)),
    },
    {
      name: 'timeoutSeconds ends the stream cleanly',
      run: async (session) => {
        const from = await versionOf(session)
        const path = `${session.core('configmaps')}?watch=true&resourceVersion=${from}&timeoutSeconds=1&${chosen}`
        return brief(await session.watch(path, { enough: () => false }))
      },
    },
    {
      name: 'a watch answers as JSON, chunked',
      run: async (session) => {
        const from = await versionOf(session)
        const answer = await session.get(
          `${session.core('configmaps')}?watch=true&resourceVersion=${from}&timeoutSeconds=1`,
        )
        return pick(answer.headers as never, 'content-type', 'transfer-encoding')
      },
    },
  ],
}
