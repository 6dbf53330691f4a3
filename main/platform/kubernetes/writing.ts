import type { Outcome } from '../../kernel/outcome'
import { succeed } from '../../kernel/outcome'
import { pathOf } from './paths'
import { readObject } from './reading'
import type { Ask, Transport } from './transport'
import type { KubeClient, KubeObject, Resource, WriteOptions } from './types'

const MANAGER = 'takt'

export function writing(
  transport: Transport,
): Pick<KubeClient, 'create' | 'apply' | 'replace' | 'mergePatch' | 'remove'> {
  const write = async (
    ask: Omit<Ask, 'query'>,
    options: WriteOptions,
    force?: boolean,
  ): Promise<Outcome<KubeObject>> => {
    const query = {
      fieldManager: options.fieldManager ?? MANAGER,
      ...(options.dryRun && { dryRun: 'All' }),
      // A field that the server does not know is refused, as by kubectl, and not dropped without a word; an apply is strict by itself.
      ...(force === undefined ? { fieldValidation: 'Strict' } : { force }),
    }
    const answer = await transport.send({ ...ask, query, signal: options.signal })
    return answer.ok ? readObject(answer.value, transport) : answer
  }
  const about = (
    resource: Resource,
    { name, namespace }: { name: string; namespace?: string | undefined },
    verb: string,
  ) => ({ verb, resource, name, namespace })
  return {
    async create(resource, object, options = {}) {
      const { namespace, name } = object.metadata
      const { subresource } = options
      const ask = {
        method: 'POST' as const,
        path: pathOf(resource, { namespace, ...(subresource && { name, subresource }) }),
        body: object,
        ...about(resource, object.metadata, 'create'),
      }
      if (subresource !== 'eviction') return write(ask, options)
      // An eviction is answered by a bare Status: what was asked for is all there is to tell.
      const answer = await transport.send({
        ...ask,
        query: { ...(options.dryRun && { dryRun: 'All' }) },
        signal: options.signal,
      })
      return answer.ok ? succeed(object) : answer
    },
    apply(resource, object, options = {}) {
      const { name, namespace } = object.metadata
      const path = pathOf(resource, { namespace, name, subresource: options.subresource })
      // An apply is what one manager wants, not what it read: versions and the record of managers would only be refused.
      const { resourceVersion: _version, uid: _uid, ...metadata } = object.metadata
      return write(
        {
          method: 'PATCH',
          path,
          body: {
            ...object,
            metadata: { ...metadata, ...(options.uid !== undefined && { uid: options.uid }) },
          },
          contentType: 'application/apply-patch+yaml',
          ...about(resource, object.metadata, 'patch'),
        },
        options,
        options.force ?? false,
      )
    },
    replace(resource, object, options = {}) {
      const { name, namespace } = object.metadata
      return write(
        {
          method: 'PUT',
          path: pathOf(resource, { namespace, name, subresource: options.subresource }),
          body: object,
          ...about(resource, object.metadata, 'update'),
        },
        options,
      )
    },
    mergePatch(resource, ref, { body, ...options }) {
      const path = pathOf(resource, { ...ref, subresource: options.subresource })
      return write(
        {
          method: 'PATCH',
          path,
          body,
          contentType: 'application/merge-patch+json',
          ...about(resource, ref, 'patch'),
        },
        options,
      )
    },
    async remove(resource, ref, options = {}) {
      const body = {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        propagationPolicy: options.propagation ?? 'Background',
        preconditions: { uid: ref.uid },
        ...(options.dryRun && { dryRun: ['All'] }),
      }
      const answer = await transport.send({
        method: 'DELETE',
        path: pathOf(resource, ref),
        body,
        ...about(resource, ref, 'delete'),
        signal: options.signal,
      })
      // What is gone already is removed: undo and cleaning up may run twice.
      if (!answer.ok && answer.failure.code === 'NOT_FOUND') return succeed(undefined)
      return answer.ok ? succeed(undefined) : answer
    },
  }
}
