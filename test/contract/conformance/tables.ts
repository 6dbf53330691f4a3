import { configMap, pod } from './manifests'
import { dig, pick, refusal, shape } from './see'
import type { Answer, Group, Json, Session } from './target'

const table = 'application/json;as=Table;g=meta.k8s.io;v=v1'
const partial = (kind: string): string => `application/json;as=${kind};g=meta.k8s.io;v=v1`
const list = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : [])
const asTable = (session: Session, path: string): Promise<Answer> =>
  session.get(path, { headers: { accept: table } })
const columns = (answer: Answer): unknown =>
  list(dig(answer.body, 'columnDefinitions')).map((each) =>
    pick(each, 'name', 'type', 'format', 'priority'),
  )
const twoPods = async (session: Session): Promise<void> => {
  await session.post(session.core('pods'), pod('one'))
  await session.post(session.core('pods'), pod('two'))
}

const lamps = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'lamps.tables.takt.dev' },
  spec: {
    group: 'tables.takt.dev',
    scope: 'Namespaced',
    names: { plural: 'lamps', singular: 'lamp', kind: 'Lamp' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: { spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
          },
        },
        additionalPrinterColumns: [
          { name: 'Colour', type: 'string', jsonPath: '.spec.colour' },
          { name: 'Watts', type: 'integer', jsonPath: '.spec.watts', priority: 1 },
          {
            name: 'Ready',
            type: 'string',
            jsonPath: '.spec.conditions[?(@.type=="Ready")].status',
          },
          { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
        ],
      },
    ],
  },
}

export const tables: Group = {
  name: 'tables',
  cases: [
    {
      name: 'a list of pods as a Table has the columns people know, wide ones with priority 1',
      run: async (session) => {
        await twoPods(session)
        const answer = await asTable(session, session.core('pods'))
        return {
          ...pick(answer.body, 'kind', 'apiVersion'),
          columns: columns(answer),
          version: shape(dig(answer.body, 'metadata.resourceVersion')),
        }
      },
    },
    {
      name: 'cells of a waiting pod: name, ready of total, status, restarts, age',
      run: async (session) => {
        await twoPods(session)
        const answer = await asTable(session, session.core('pods'))
        return list(dig(answer.body, 'rows')).map((row) => {
          const cells = list(dig(row, 'cells'))
          return [cells.slice(0, 4), shape(cells[4]), cells.slice(5)]
        })
      },
    },
    {
      name: 'each row carries the metadata of its object by default',
      run: async (session) => {
        await twoPods(session)
        const answer = await asTable(session, session.core('pods'))
        return list(dig(answer.body, 'rows')).map((row) =>
          pick(row, 'object.kind', 'object.apiVersion', 'object.metadata.name', 'object.spec'),
        )
      },
    },
    {
      name: 'includeObject=None makes the object of a row null, Object sends it whole',
      run: async (session) => {
        await twoPods(session)
        const none = await asTable(session, `${session.core('pods')}?includeObject=None`)
        const whole = await asTable(session, `${session.core('pods')}?includeObject=Object`)
        return [
          shape(dig(none.body, 'rows.0.object')),
          pick(whole.body, 'rows.0.object.kind', 'rows.0.object.spec.schedulerName'),
        ]
      },
    },
    {
      name: 'limit and continue page a Table as they page a list',
      run: async (session) => {
        await twoPods(session)
        const answer = await asTable(session, `${session.core('pods')}?limit=1`)
        return [
          list(dig(answer.body, 'rows')).length,
          shape(dig(answer.body, 'metadata.continue')),
          pick(answer.body, 'metadata.remainingItemCount'),
        ]
      },
    },
    {
      name: 'a single object as a Table has one row',
      run: async (session) => {
        await session.post(session.core('configmaps'), configMap('one', { a: '1', b: '2' }))
        const answer = await asTable(session, session.core('configmaps/one'))
        return {
          columns: columns(answer),
          rows: list(dig(answer.body, 'rows')).map((row) => list(dig(row, 'cells')).slice(0, 2)),
        }
      },
    },
    {
      name: 'a watch as Tables sends rows, and column definitions only in the first event',
      run: async (session) => {
        const from = String(
          dig((await session.get(session.core('pods'))).body, 'metadata.resourceVersion'),
        )
        const path = `${session.core('pods')}?watch=true&resourceVersion=${from}`
        const events = await session.watch(path, {
          enough: (seen) => seen.length === 2,
          action: () => twoPods(session),
          headers: { accept: table },
        })
        return events.map((event) => [
          event.type,
          dig(event.object, 'kind') ?? null,
          shape(dig(event.object, 'columnDefinitions')),
          dig(event.object, 'rows.0.cells.0') ?? null,
        ])
      },
    },
    {
      name: 'printer columns of a definition show in its Table, Name first',
      run: async (session) => {
        await session.apply(
          '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/lamps.tables.takt.dev',
          'tests',
          lamps,
        )
        const path = session.in('tables.takt.dev/v1', 'lamps')
        await session.until(path, (answer) => answer.status === 200)
        const spec = { colour: 'red', watts: 40, conditions: [{ type: 'Ready', status: 'True' }] }
        await session.post(path, {
          apiVersion: 'tables.takt.dev/v1',
          kind: 'Lamp',
          metadata: { name: 'one' },
          spec,
        })
        await session.post(path, {
          apiVersion: 'tables.takt.dev/v1',
          kind: 'Lamp',
          metadata: { name: 'two' },
          spec: {},
        })
        const answer = await asTable(session, path)
        return {
          columns: columns(answer),
          rows: list(dig(answer.body, 'rows')).map((row) =>
            list(dig(row, 'cells')).map((cell, index) => (index === 4 ? shape(cell) : cell)),
          ),
        }
      },
    },
    {
      name: 'a refusal is a Status even when a Table was asked for',
      run: async (session) => refusal(await asTable(session, session.core('pods/missing'))),
    },
    {
      name: 'PartialObjectMetadata has metadata alone, one and in lists',
      run: async (session) => {
        await session.post(session.core('configmaps'), configMap('one'))
        const one = await session.get(session.core('configmaps/one'), {
          headers: { accept: partial('PartialObjectMetadata') },
        })
        const many = await session.get(
          `${session.core('configmaps')}?fieldSelector=metadata.name%3Done`,
          { headers: { accept: partial('PartialObjectMetadataList') } },
        )
        return [
          {
            ...pick(one.body, 'kind', 'apiVersion', 'metadata.name'),
            fields: Object.keys(one.body as object).toSorted(),
          },
          {
            ...pick(many.body, 'kind', 'apiVersion', 'items.0.kind', 'items.0.metadata.name'),
            data: shape(dig(many.body, 'items.0.data')),
          },
        ]
      },
    },
    {
      name: 'an Accept that offers Table or plain JSON gets the Table',
      run: async (session) =>
        pick(
          (
            await session.get(session.core('configmaps'), {
              headers: { accept: `${table},application/json` },
            })
          ).body,
          'kind',
        ),
    },
  ],
}
