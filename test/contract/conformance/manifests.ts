import type { Json } from './target'

type Fields = { [field: string]: Json | undefined }

export const configMap = (
  name: string,
  data: Fields = { a: '1' },
  metadata: Fields = {},
): Fields => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...metadata },
  data,
})

export const pod = (name: string, spec: Fields = {}, metadata: Fields = {}): Fields => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, ...metadata },
  // No scheduler has this name, so the pod stays where it is on every server.
  spec: {
    schedulerName: 'nobody',
    containers: [{ name: 'main', image: 'registry.example/image:1' }],
    ...spec,
  },
})

/** A Deployment that wants no pods, so that no controller has anything to add. */
export const deployment = (name: string, spec: Fields = {}): Fields => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    replicas: 0,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: 'main', image: 'registry.example/image:1' }] },
    },
    ...spec,
  },
})
