import { configMap, pod } from './manifests'
import { dig, items, names, pick, refusal, shape, spoken } from './see'
import type { Answer, Group, Session } from './target'

const fill = async (session: Session, count: number): Promise<void> => {
  for (let index = 0; index < count; index++) {
    const labels = { even: String(index % 2 === 0), tier: index < 3 ? 'low' : 'high' }
    await session.post(
      session.core('configmaps'),
      configMap(`item-${index}`, { n: String(index) }, { labels }),
    )
  }
}
/** Only the case's own objects: the real server puts a root certificate into every namespace. */
const own = (answer: Answer): unknown[] =>
  names(answer).filter((name) => String(name).startsWith('item-'))
const selected = async (session: Session, query: string): Promise<unknown> => {
  const answer = await session.get(`${session.core('configmaps')}?${query}`)
  return answer.status === 200 ? own(answer) : refusal(answer)
}
const low = 'labelSelector=tier%3Dlow'

export const reading: Group = {
  name: 'reading',
  cases: [
    {
      name: 'a list has kind, apiVersion and a resourceVersion, and its items have neither kind nor apiVersion',
      run: async (session) => {
        await fill(session, 1)
        const answer = await session.get(`${session.core('configmaps')}?${low}`)
        return {
          ...pick(
            answer.body,
            'kind',
            'apiVersion',
            'items.0.kind',
            'items.0.apiVersion',
            'items.0.metadata.name',
          ),
          resourceVersion: shape(dig(answer.body, 'metadata.resourceVersion')),
          contentType: answer.headers['content-type'],
        }
      },
    },
    {
      name: 'an empty list has an empty items array, never null',
      run: async (session) =>
        pick((await session.get(session.core('secrets'))).body, 'kind', 'items'),
    },
    {
      name: 'limit gives a page in order of name, a continue token, and how many remain',
      run: async (session) => {
        await fill(session, 5)
        const first = await session.get(`${session.core('configmaps')}?limit=2&fieldSelector=`)
        const token = encodeURIComponent(String(dig(first.body, 'metadata.continue')))
        const second = await session.get(`${session.core('configmaps')}?limit=2&continue=${token}`)
        return {
          first: own(first),
          token: shape(dig(first.body, 'metadata.continue')),
          remaining: dig(first.body, 'metadata.remainingItemCount'),
          second: own(second),
          sameVersion:
            dig(first.body, 'metadata.resourceVersion') ===
            dig(second.body, 'metadata.resourceVersion'),
        }
      },
    },
    {
      name: 'the last page has no continue token and no remainingItemCount',
      run: async (session) => {
        await fill(session, 3)
        const first = await session.get(`${session.core('configmaps')}?limit=2&${low}`)
        const token = encodeURIComponent(String(dig(first.body, 'metadata.continue')))
        const last = await session.get(
          `${session.core('configmaps')}?limit=2&continue=${token}&${low}`,
        )
        return {
          last: own(last),
          token: shape(dig(last.body, 'metadata.continue')),
          remaining: shape(dig(last.body, 'metadata.remainingItemCount')),
        }
      },
    },
    {
      name: 'with a label selector remainingItemCount is left out, since the server did not count',
      run: async (session) => {
        await fill(session, 3)
        const answer = await session.get(`${session.core('configmaps')}?limit=1&${low}`)
        return {
          names: own(answer),
          token: shape(dig(answer.body, 'metadata.continue')),
          remaining: shape(dig(answer.body, 'metadata.remainingItemCount')),
        }
      },
    },
    {
      name: 'a page follows the snapshot of the first page: what was created in between is not in it',
      run: async (session) => {
        await fill(session, 3)
        const first = await session.get(`${session.core('configmaps')}?limit=2&${low}`)
        await session.post(
          session.core('configmaps'),
          configMap('item-15', {}, { labels: { tier: 'low' } }),
        )
        await session.delete(session.core('configmaps/item-2'))
        const token = encodeURIComponent(String(dig(first.body, 'metadata.continue')))
        return own(
          await session.get(`${session.core('configmaps')}?limit=5&continue=${token}&${low}`),
        )
      },
    },
    {
      name: 'a continue token that is not one is a 400 BadRequest',
      run: async (session) =>
        refusal(await session.get(`${session.core('configmaps')}?limit=2&continue=nonsense`)),
    },
    {
      name: 'resourceVersion 0 is any version and ignores limit',
      run: async (session) => {
        await fill(session, 3)
        await session.until(
          `${session.core('configmaps')}?resourceVersion=0&${low}`,
          (answer) => own(answer).length === 3,
        )
        const answer = await session.get(
          `${session.core('configmaps')}?resourceVersion=0&limit=1&${low}`,
        )
        return { names: own(answer), token: shape(dig(answer.body, 'metadata.continue')) }
      },
    },
    {
      name: 'resourceVersionMatch=Exact shows the list as it was',
      run: async (session) => {
        await fill(session, 2)
        const then = String(
          dig((await session.get(session.core('configmaps'))).body, 'metadata.resourceVersion'),
        )
        await session.delete(session.core('configmaps/item-0'))
        const answer = await session.get(
          `${session.core('configmaps')}?resourceVersion=${then}&resourceVersionMatch=Exact`,
        )
        return {
          names: own(answer),
          sameVersion: dig(answer.body, 'metadata.resourceVersion') === then,
        }
      },
    },
    {
      name: 'resourceVersionMatch without resourceVersion is a 422 Invalid',
      run: async (session) =>
        refusal(await session.get(`${session.core('configmaps')}?resourceVersionMatch=Exact`)),
    },
    {
      name: 'an unknown resourceVersionMatch is a 422 Invalid',
      run: async (session) =>
        refusal(
          await session.get(
            `${session.core('configmaps')}?resourceVersion=1&resourceVersionMatch=Near`,
          ),
        ),
    },
    {
      name: 'a resourceVersion that is no number is a 400 BadRequest',
      run: async (session) =>
        refusal(await session.get(`${session.core('configmaps')}?resourceVersion=abc`)),
    },
    ...selectorCases(),
  ],
}

function selectorCases(): Group['cases'] {
  const bySelector: [name: string, query: string][] = [
    ['label equality selects', 'labelSelector=even%3Dtrue'],
    ['label inequality keeps objects without the label', 'labelSelector=even!%3Dtrue,tier'],
    ['label set membership selects', 'labelSelector=tier%20in%20(low,middle)'],
    ['label exclusion selects', 'labelSelector=tier%20notin%20(low),tier'],
    ['label existence and absence select', 'labelSelector=even,!missing'],
    ['requirements joined by comma are all needed', 'labelSelector=even%3Dtrue,tier%3Dhigh'],
    ['an unreadable label selector is a 400 BadRequest', 'labelSelector=%3D%3D%3D'],
    ['field selector metadata.name selects one', 'fieldSelector=metadata.name%3Ditem-2'],
    ['field selector by inequality selects the others', 'fieldSelector=metadata.name!%3Ditem-2'],
    ['a field that cannot be selected by is a 400 BadRequest', 'fieldSelector=data.n%3D1'],
    ['an unreadable field selector is a 400 BadRequest', 'fieldSelector=metadata.name'],
  ]
  return [
    ...bySelector.map(([name, query]) => ({
      name,
      run: async (session: Session) => {
        await fill(session, 5)
        return selected(session, query)
      },
    })),
    {
      name: 'pods can be selected by phase, node and restart policy',
      run: async (session) => {
        await session.post(session.core('pods'), pod('item-0'))
        await session.post(session.core('pods'), pod('item-1', { restartPolicy: 'Never' }))
        const ask = async (selector: string): Promise<unknown> =>
          names(
            await session.get(
              `${session.core('pods')}?fieldSelector=${encodeURIComponent(selector)}`,
            ),
          )
        return {
          pending: await ask('status.phase=Pending'),
          running: await ask('status.phase=Running'),
          unassigned: await ask('spec.nodeName='),
          never: await ask('spec.restartPolicy=Never'),
        }
      },
    },
    {
      name: 'a list over all namespaces names the namespace of each item',
      run: async (session) => {
        await fill(session, 1)
        const answer = await session.get(
          `/api/v1/configmaps?fieldSelector=metadata.namespace%3D${session.namespace}&${low}`,
        )
        return items(answer).map((item) => pick(item, 'metadata.name', 'metadata.namespace'))
      },
    },
    {
      name: 'a list of a namespace that does not exist is an empty list',
      run: async (session) => {
        const answer = await session.get('/api/v1/namespaces/never-made/configmaps')
        return { status: answer.status, ...pick(answer.body, 'items') }
      },
    },
    {
      name: 'an object that does not exist is a 404 NotFound with its name and resource',
      run: async (session) => spoken(await session.get(session.core('configmaps/missing'))),
    },
    {
      name: 'an object of a named group that does not exist is a 404 with its group',
      run: async (session) =>
        spoken(await session.get(session.in('apps/v1', 'deployments/missing'))),
    },
  ]
}
