import type { KubeObject } from '../../types'

/** Core names of an event's fields, and what events.k8s.io calls them. */
const NAMES: [core: string, newer: string][] = [
  ['message', 'note'],
  ['involvedObject', 'regarding'],
  ['count', 'deprecatedCount'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['source', 'deprecatedSource'],
  ['reportingComponent', 'reportingController'],
]
function renamed(object: KubeObject, apiVersion: string, names: Map<string, string>): KubeObject {
  const { apiVersion: _apiVersion, kind, metadata, ...fields } = object
  return {
    apiVersion,
    kind,
    metadata,
    ...Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [names.get(name) ?? name, value]),
    ),
  }
}
const TO_NEWER = new Map(NAMES)
const TO_CORE = new Map(NAMES.map(([core, newer]) => [newer, core]))

/** An event is one thing with two sets of names; it is kept under those of the core group. */
export const eventView = {
  group: '',
  version: 'v1',
  plural: 'events',
  read: (object: KubeObject): KubeObject => renamed(object, 'events.k8s.io/v1', TO_NEWER),
  write: (object: KubeObject): KubeObject => renamed(object, 'v1', TO_CORE),
}
