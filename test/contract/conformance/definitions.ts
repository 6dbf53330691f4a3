import { dig, pick, refusal, shape, spoken } from './see'
import type { Answer, Group, Json, Session } from './target'

type Fields = { [field: string]: Json }

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'

const schema: Json = {
  type: 'object',
  required: ['spec'],
  properties: {
    spec: {
      type: 'object',
      required: ['size'],
      properties: {
        size: { type: 'integer', minimum: 1, maximum: 10 },
        colour: { type: 'string', enum: ['red', 'blue'], default: 'red' },
        name: { type: 'string', pattern: '^[a-z]+$', maxLength: 5 },
        due: { type: 'string', format: 'date-time' },
        note: { type: 'string', nullable: true },
        tags: { type: 'array', maxItems: 2, items: { type: 'string' } },
        labels: { type: 'object', additionalProperties: { type: 'string' } },
        free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        either: { 'x-kubernetes-int-or-string': true },
        parts: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['id'],
          items: {
            type: 'object',
            required: ['id'],
            properties: { id: { type: 'string' }, weight: { type: 'number', default: 1 } },
          },
        },
      },
      'x-kubernetes-validations': [
        { rule: '!has(self.note) || self.size > 1', message: 'a note needs a size above 1' },
      ],
    },
    status: {
      type: 'object',
      properties: { phase: { type: 'string' }, replicas: { type: 'integer' } },
    },
  },
}

/** One kind serves most cases, since a real server takes two seconds to serve a new one; `own` names those that have theirs. */
const own = new WeakSet<Session>()
const plural = (session: Session): string =>
  own.has(session) ? `widgets${session.namespace.replace('definitions-', '')}` : 'widgets'

function definition(session: Session, version: Fields = {}, spec: Fields = {}): Fields {
  const name = plural(session)
  const group = 'conformance.takt.dev'
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${name}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: {
        plural: name,
        singular: name.replace('widgets', 'widget'),
        kind: name.replace('widgets', 'Widget'),
        shortNames: [`${name}sh`],
      },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: schema },
          subresources: { status: {} },
          ...version,
        },
      ],
      ...spec,
    },
  }
}

const isEstablished = (answer: Answer): boolean => {
  const conditions = dig(answer.body, 'status.conditions')
  return (
    Array.isArray(conditions) &&
    conditions.some((each) => dig(each, 'type') === 'Established' && dig(each, 'status') === 'True')
  )
}
const path = (session: Session, name = ''): string =>
  session.in('conformance.takt.dev/v1', plural(session)) + (name && `/${name}`)

/** Defines the kind, unless an earlier case has, and waits until it is served. */
async function define(session: Session, version?: Fields): Promise<void> {
  if (version) own.add(session)
  const made = await session.post(DEFINITIONS, definition(session, version))
  if (made.status === 409 && !version) return
  if (made.status !== 201)
    throw new Error(`the definition was refused: ${JSON.stringify(made.body)}`)
  await session.until(`${DEFINITIONS}/${plural(session)}.conformance.takt.dev`, isEstablished)
  await session.until(path(session), (answer) => answer.status === 200)
}
const widget = (session: Session, spec: Fields, metadata: Fields = {}): Fields => ({
  apiVersion: 'conformance.takt.dev/v1',
  kind: plural(session).replace('widgets', 'Widget'),
  metadata: { name: 'one', ...metadata },
  spec,
})
const make = async (session: Session, spec: Fields): Promise<Answer> => {
  await define(session)
  return session.post(path(session), widget(session, spec))
}

const invalid: [why: string, spec: Fields][] = [
  ['a missing required field', { colour: 'red' }],
  ['a number out of bounds', { size: 11 }],
  ['a wrong type', { size: 'two' }],
  ['a value outside an enum', { size: 2, colour: 'green' }],
  ['a text that breaks pattern and length', { size: 2, name: 'LOUDNESS' }],
  ['a date that is none', { size: 2, due: 'soon' }],
  ['a list that is too long', { size: 2, tags: ['a', 'b', 'c'] }],
  ['two list items of one key', { size: 2, parts: [{ id: 'a' }, { id: 'a' }] }],
  ['a rule of its own', { size: 1, note: 'x' }],
]

export const definitions: Group = {
  name: 'definitions',
  cases: [
    {
      name: 'a definition is soon Established with accepted names, and discovery knows its kind',
      run: async (session) => {
        await define(session, {})
        const answer = await session.get(`${DEFINITIONS}/${plural(session)}.conformance.takt.dev`)
        const conditions = dig(answer.body, 'status.conditions')
        const found = dig(
          (
            await session.until('/apis/conformance.takt.dev/v1', (seen) =>
              JSON.stringify(seen.body).includes(`"${plural(session)}"`),
            )
          ).body,
          'resources',
        )
        return {
          conditions: Array.isArray(conditions)
            ? conditions.map((each) => pick(each, 'type', 'status', 'reason'))
            : null,
          ...pick(
            answer.body,
            'status.storedVersions',
            'status.acceptedNames.plural',
            'status.acceptedNames.listKind',
            'spec.conversion',
            'spec.names.listKind',
          ),
          resources: (Array.isArray(found) ? found : [])
            .filter((each) => String(dig(each, 'name')).split('/')[0] === plural(session))
            .map((each) => pick(each, 'name', 'kind', 'namespaced', 'shortNames')),
        }
      },
    },
    {
      name: 'a definition whose name is not plural.group is a 422 Invalid',
      run: async (session) =>
        refusal(
          await session.post(DEFINITIONS, {
            ...definition(session),
            metadata: { name: 'other.conformance.takt.dev' },
          }),
        ),
    },
    {
      name: 'a schema without type, or a default outside its enum, is a 422 Invalid: structural schemas only',
      run: async (session) => {
        const untyped = {
          openAPIV3Schema: {
            type: 'object',
            properties: { spec: { properties: { a: { type: 'string' } } } },
          },
        }
        const wrong = {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                properties: { a: { type: 'string', enum: ['x'], default: 'y' } },
              },
            },
          },
        }
        return [untyped, wrong]
          .map((each) => definition(session, { schema: each }))
          .reduce<Promise<Json[]>>(
            async (seen, each) => [...(await seen), refusal(await session.post(DEFINITIONS, each))],
            Promise.resolve([]),
          )
      },
    },
    ...invalid.map(([why, spec]) => ({
      name: `${why} is a 422 Invalid with its field path`,
      run: async (session: Session) => refusal(await make(session, spec)),
    })),
    {
      name: 'several faults are told in one answer, each with its path',
      run: async (session) =>
        refusal(await make(session, { size: 0, colour: 'green', tags: ['a', 'b', 'c'] })),
    },
    {
      name: 'the words of a schema fault name the value and what was wanted; causes come in any order',
      run: async (session) => {
        const causes = dig(
          (await make(session, { size: 11, colour: 'green' })).body,
          'details.causes',
        )
        return Array.isArray(causes)
          ? causes.toSorted((a, b) =>
              String(dig(a, 'field')).localeCompare(String(dig(b, 'field'))),
            )
          : null
      },
    },
    {
      name: 'defaults are filled in, within list items too; unknown fields are pruned except where preserved',
      run: async (session) => {
        const answer = await make(session, {
          size: 2,
          unknown: 1,
          parts: [{ id: 'a', odd: true }],
          free: { any: { thing: 1 } },
          either: '50%',
        })
        return { status: answer.status, ...pick(answer.body, 'spec') }
      },
    },
    {
      name: 'null becomes the default, stays where nullable, and is pruned elsewhere',
      run: async (session) =>
        pick(
          (await make(session, { size: 2, colour: null, note: null, labels: { a: 'b' } })).body,
          'spec',
        ),
    },
    {
      name: 'an unknown field is warned of by default, and a 400 with Strict',
      run: async (session) => {
        await define(session)
        const body = widget(session, { size: 2, unknown: 1 })
        const loose = await session.post(path(session), body)
        const strict = await session.post(`${path(session)}?fieldValidation=Strict`, body)
        return {
          loose: loose.status,
          warning: loose.headers['warning'] ?? null,
          strict: spoken(strict),
        }
      },
    },
    {
      name: 'status is dropped on create and on update of the object, and its own path takes nothing else',
      run: async (session) => {
        await define(session)
        const made = await session.post(path(session), {
          ...widget(session, { size: 2 }),
          status: { phase: 'Ready' },
        })
        const answer = await session.patch('merge', `${path(session, 'one')}/status`, {
          spec: { size: 3 },
          status: { phase: 'Ready' },
        })
        return [
          pick(made.body, 'status', 'metadata.generation'),
          pick(answer.body, 'spec.size', 'status', 'metadata.generation'),
        ]
      },
    },
    {
      name: 'generation rises with spec, not with metadata or status',
      run: async (session) => {
        await make(session, { size: 2 })
        const one = path(session, 'one')
        const labelled = await session.patch('merge', one, { metadata: { labels: { a: 'b' } } })
        const resized = await session.patch('merge', one, { spec: { size: 3 } })
        const same = await session.patch('merge', one, { spec: { size: 3 } })
        return [labelled, resized, same].map(
          (answer) => dig(answer.body, 'metadata.generation') ?? null,
        )
      },
    },
    {
      name: 'strategic merge patch is a 415 for custom kinds',
      run: async (session) => {
        await make(session, { size: 2 })
        return refusal(
          await session.patch('strategic', path(session, 'one'), { spec: { size: 3 } }),
        )
      },
    },
    {
      name: 'update without a resourceVersion is a 422 Invalid for custom kinds, unlike for built-in ones',
      run: async (session) => {
        await make(session, { size: 2 })
        return refusal(await session.put(path(session, 'one'), widget(session, { size: 3 })))
      },
    },
    {
      name: 'apply merges a keyed list by its key, two managers side by side',
      run: async (session) => {
        await define(session)
        await session.apply(
          path(session, 'one'),
          'first',
          widget(session, { size: 2, parts: [{ id: 'a', weight: 2 }] }),
        )
        const answer = await session.apply(
          path(session, 'one'),
          'second',
          widget(session, { size: 2, parts: [{ id: 'b', weight: 3 }] }),
        )
        return { status: answer.status, ...pick(answer.body, 'spec.parts') }
      },
    },
    {
      name: 'a scale subresource maps the paths it was defined with',
      run: async (session) => {
        await define(session, {
          subresources: {
            status: {},
            scale: { specReplicasPath: '.spec.size', statusReplicasPath: '.status.replicas' },
          },
        })
        await session.post(path(session), widget(session, { size: 2 }))
        const scaled = await session.patch('merge', `${path(session, 'one')}/scale`, {
          spec: { replicas: 5 },
        })
        return [
          pick(scaled.body, 'kind', 'apiVersion', 'spec'),
          pick((await session.get(path(session, 'one'))).body, 'spec.size'),
        ]
      },
    },
    {
      name: 'deleting the definition deletes its objects and ends its path',
      run: async (session) => {
        await define(session, {})
        await session.post(path(session), widget(session, { size: 2 }))
        const answer = await session.delete(
          `${DEFINITIONS}/${plural(session)}.conformance.takt.dev`,
        )
        await session.until(
          `${DEFINITIONS}/${plural(session)}.conformance.takt.dev`,
          (seen) => seen.status === 404,
        )
        const after = await session.until(path(session), (seen) => seen.status === 404)
        return { status: answer.status, kind: shape(dig(answer.body, 'kind')), after: after.status }
      },
    },
  ],
}
