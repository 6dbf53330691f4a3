import { configMap, deployment } from './manifests'
import { dig, managers, pick, refusal, shape, spoken } from './see'
import type { Answer, Group, Json } from './target'

const data = (answer: Answer): Json => ({ status: answer.status, ...pick(answer.body, 'data') })

export const applying: Group = {
  name: 'applying',
  cases: [
    {
      name: 'apply creates with 201, then answers 200',
      run: async (session) => {
        const path = session.core('configmaps/one')
        return [
          (await session.apply(path, 'first', configMap('one'))).status,
          (await session.apply(path, 'first', configMap('one', { a: '2' }))).status,
        ]
      },
    },
    {
      name: 'managedFields name the manager, Apply, the version and FieldsV1, with a time in seconds',
      run: async (session) => {
        const answer = await session.apply(
          session.core('configmaps/one'),
          'first',
          configMap('one', { a: '1' }, { labels: { x: 'y' } }),
        )
        return {
          managers: managers(answer.body),
          time: shape(dig(answer.body, 'metadata.managedFields.0.time')),
        }
      },
    },
    {
      name: 'a field that is no longer applied by its only manager is removed',
      run: async (session) => {
        const path = session.core('configmaps/one')
        await session.apply(path, 'first', configMap('one', { a: '1', b: '2' }))
        return data(await session.apply(path, 'first', configMap('one', { a: '1' })))
      },
    },
    {
      name: 'a second manager adds fields beside the first, and each owns its own',
      run: async (session) => {
        const path = session.core('configmaps/one')
        await session.apply(path, 'first', configMap('one', { a: '1' }))
        const answer = await session.apply(path, 'second', configMap('one', { b: '2' }))
        return { ...pick(answer.body, 'data'), managers: managers(answer.body) }
      },
    },
    {
      name: 'another value for a field of another manager is a 409 Conflict with a FieldManagerConflict for each field',
      run: async (session) => {
        const path = session.core('configmaps/one')
        await session.apply(path, 'first', configMap('one', { a: '1', b: '1' }))
        const answer = await session.apply(path, 'second', configMap('one', { a: '2', b: '2' }))
        return {
          ...(refusal(answer) as object),
          message: dig(answer.body, 'message'),
          cause: dig(answer.body, 'details.causes.0'),
        }
      },
    },
    {
      name: 'one conflicting field is spoken of in the singular',
      run: async (session) => {
        const path = session.core('configmaps/one')
        await session.apply(path, 'first', configMap('one', { a: '1' }))
        return spoken(await session.apply(path, 'second', configMap('one', { a: '2' })))
      },
    },
    {
      name: 'the same value by two managers is shared, and stays while one of them still applies it',
      run: async (session) => {
        const path = session.core('configmaps/one')
        await session.apply(path, 'first', configMap('one', { a: '1' }))
        const shared = await session.apply(path, 'second', configMap('one', { a: '1' }))
        const left = await session.apply(path, 'first', configMap('one', {}))
        return {
          shared: managers(shared.body),
          left: { ...pick(left.body, 'data'), managers: managers(left.body) },
        }
      },
    },
    {
      name: 'force takes the field over, and the loser no longer owns it',
      run: async (session) => {
        const path = session.core('configmaps/one')
        await session.apply(path, 'first', configMap('one', { a: '1', b: '1' }))
        const answer = await session.apply(
          `${path}?force=true`,
          'second',
          configMap('one', { a: '2' }),
        )
        return { ...pick(answer.body, 'data'), managers: managers(answer.body) }
      },
    },
    {
      name: 'a plain change takes ownership as operation Update, an owner of nothing is dropped, and a later apply conflicts',
      run: async (session) => {
        const path = session.core('configmaps/one')
        await session.apply(path, 'first', configMap('one', { a: '1' }))
        const updated = await session.patch('merge', `${path}?fieldManager=editor`, {
          data: { a: '2' },
        })
        const again = await session.apply(path, 'first', configMap('one', { a: '3' }))
        return { managers: managers(updated.body), again: spoken(again) }
      },
    },
    {
      name: 'the manager of a plain request is its User-Agent up to the slash',
      run: async (session) => {
        const headers = { 'user-agent': 'editor/1.2 (linux)' }
        const answer = await session.post(session.core('configmaps'), configMap('one'), { headers })
        return managers(answer.body)
      },
    },
    {
      name: 'apply without a fieldManager is a 422 Invalid',
      run: async (session) =>
        refusal(await session.patch('apply', session.core('configmaps/one'), configMap('one'))),
    },
    {
      name: 'apply with managedFields in the body is a 400 BadRequest',
      run: async (session) =>
        refusal(
          await session.apply(
            session.core('configmaps/one'),
            'first',
            configMap('one', {}, { managedFields: [{ manager: 'x' }] }),
          ),
        ),
    },
    {
      name: 'apply with another name in the body is a 400 BadRequest',
      run: async (session) =>
        refusal(await session.apply(session.core('configmaps/one'), 'first', configMap('two'))),
    },
    {
      name: 'apply with an old resourceVersion is a 409 Conflict',
      run: async (session) => {
        const path = session.core('configmaps/one')
        const made = await session.apply(path, 'first', configMap('one'))
        await session.apply(path, 'first', configMap('one', { a: '2' }))
        const resourceVersion = dig(made.body, 'metadata.resourceVersion')
        return spoken(
          await session.apply(path, 'first', configMap('one', { a: '3' }, { resourceVersion })),
        )
      },
    },
    {
      name: 'apply with a field that is not in the schema is a 500 that names the field',
      run: async (session) =>
        spoken(
          await session.apply(session.core('configmaps/one'), 'first', {
            ...configMap('one'),
            colour: 'red',
          }),
        ),
    },
    {
      name: 'apply takes YAML',
      run: async (session) => {
        const text = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: one\ndata:\n  a: "1"\n'
        return data(
          await session.patch(
            'apply',
            `${session.core('configmaps/one')}?fieldManager=first`,
            text,
          ),
        )
      },
    },
    {
      name: 'apply with dryRun=All on a new object answers 201 and leaves nothing',
      run: async (session) => {
        const path = session.core('configmaps/one')
        return [
          (await session.apply(`${path}?dryRun=All`, 'first', configMap('one'))).status,
          (await session.get(path)).status,
        ]
      },
    },
    {
      name: 'apply of the same again changes neither resourceVersion nor time',
      run: async (session) => {
        const path = session.core('configmaps/one')
        const made = await session.apply(path, 'first', configMap('one'))
        const again = await session.apply(path, 'first', configMap('one'))
        return (
          dig(made.body, 'metadata.resourceVersion') === dig(again.body, 'metadata.resourceVersion')
        )
      },
    },
    {
      name: 'lists of containers are owned by key k:{"name":...}, and a scalar set member by v:',
      run: async (session) => {
        const body = { ...deployment('one'), metadata: { name: 'one', finalizers: ['takt.dev/a'] } }
        return managers(
          (await session.apply(session.in('apps/v1', 'deployments/one?dryRun=All'), 'first', body))
            .body,
        )
      },
    },
    {
      name: 'a container that is no longer applied is removed, others stay',
      run: async (session) => {
        const path = session.in('apps/v1', 'deployments/one')
        const of = (...names: string[]): Json =>
          deployment('one', {
            template: {
              metadata: { labels: { app: 'one' } },
              spec: {
                containers: names.map((name) => ({ name, image: `registry.example/${name}:1` })),
              },
            },
          })
        await session.apply(path, 'first', of('main', 'side'))
        const answer = await session.apply(path, 'first', of('main'))
        const list = dig(answer.body, 'spec.template.spec.containers')
        return Array.isArray(list) ? list.map((each) => dig(each, 'name')) : refusal(answer)
      },
    },
    {
      name: 'apply of a status is a manager of its own with subresource status',
      run: async (session) => {
        const path = session.in('apps/v1', 'deployments/one')
        await session.apply(path, 'first', deployment('one', { paused: true }))
        const condition = {
          type: 'Available',
          status: 'True',
          reason: 'Test',
          message: '',
          lastTransitionTime: null,
          lastUpdateTime: null,
        }
        const body = {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          metadata: { name: 'one' },
          status: { conditions: [condition] },
        }
        const answer = await session.apply(`${path}/status?dryRun=All`, 'second', body)
        const fields = managers(answer.body)
        return Array.isArray(fields)
          ? fields.filter((each) => dig(each, 'manager') === 'second')
          : refusal(answer)
      },
    },
  ],
}
