import { objectAt, type JsonObject } from '../domain/movable'

/** Fields of a spec that an API server lets nobody change. */
export const markOf = { managedBy: 'managedBy' } as const
export const kindIn = (object: JsonObject, field: string): boolean =>
  objectAt(object, 'spec')[field] !== undefined
