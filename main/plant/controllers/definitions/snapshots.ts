import { definitionOf, flag, integer, map, quantity, shape, text, time } from './schema'

const group = 'snapshot.storage.k8s.io'
const versions = ['v1']
const policy = text({ enum: ['Delete', 'Retain'] })
const error = shape({ message: text(), time: time() })

/** The snapshot kinds of the CSI external-snapshotter, as far as clients of this product read and write them. */
export const snapshotDefinitions = () => [
  definitionOf({
    group,
    versions,
    kind: 'VolumeSnapshot',
    plural: 'volumesnapshots',
    singular: 'volumesnapshot',
    shortNames: ['vs'],
    scope: 'Namespaced',
    required: ['spec'],
    properties: {
      spec: shape(
        {
          source: {
            ...shape({ persistentVolumeClaimName: text(), volumeSnapshotContentName: text() }),
            oneOf: [
              { required: ['persistentVolumeClaimName'] },
              { required: ['volumeSnapshotContentName'] },
            ],
          },
          volumeSnapshotClassName: text(),
        },
        ['source'],
      ),
      status: shape({
        boundVolumeSnapshotContentName: text(),
        creationTime: time(),
        error,
        readyToUse: flag(),
        restoreSize: quantity(),
        volumeGroupSnapshotName: text(),
      }),
    },
    columns: [
      { name: 'ReadyToUse', type: 'boolean', jsonPath: '.status.readyToUse' },
      { name: 'SourcePVC', type: 'string', jsonPath: '.spec.source.persistentVolumeClaimName' },
      { name: 'RestoreSize', type: 'string', jsonPath: '.status.restoreSize' },
      { name: 'SnapshotClass', type: 'string', jsonPath: '.spec.volumeSnapshotClassName' },
    ],
  }),
  definitionOf({
    group,
    versions,
    kind: 'VolumeSnapshotClass',
    plural: 'volumesnapshotclasses',
    singular: 'volumesnapshotclass',
    shortNames: ['vsclass', 'vsclasses'],
    scope: 'Cluster',
    status: false,
    required: ['deletionPolicy', 'driver'],
    properties: { deletionPolicy: policy, driver: text(), parameters: map(text()) },
    columns: [
      { name: 'Driver', type: 'string', jsonPath: '.driver' },
      { name: 'DeletionPolicy', type: 'string', jsonPath: '.deletionPolicy' },
    ],
  }),
  definitionOf({
    group,
    versions,
    kind: 'VolumeSnapshotContent',
    plural: 'volumesnapshotcontents',
    singular: 'volumesnapshotcontent',
    shortNames: ['vsc', 'vscs'],
    scope: 'Cluster',
    required: ['spec'],
    properties: {
      spec: shape(
        {
          deletionPolicy: policy,
          driver: text(),
          source: shape({ snapshotHandle: text(), volumeHandle: text() }),
          sourceVolumeMode: text(),
          volumeSnapshotClassName: text(),
          volumeSnapshotRef: shape({
            apiVersion: text(),
            fieldPath: text(),
            kind: text(),
            name: text(),
            namespace: text(),
            resourceVersion: text(),
            uid: text(),
          }),
        },
        ['deletionPolicy', 'driver', 'source', 'volumeSnapshotRef'],
      ),
      status: shape({
        creationTime: integer({ format: 'int64' }),
        error,
        readyToUse: flag(),
        restoreSize: integer({ format: 'int64', minimum: 0 }),
        snapshotHandle: text(),
      }),
    },
    columns: [
      { name: 'ReadyToUse', type: 'boolean', jsonPath: '.status.readyToUse' },
      { name: 'DeletionPolicy', type: 'string', jsonPath: '.spec.deletionPolicy' },
      { name: 'Driver', type: 'string', jsonPath: '.spec.driver' },
      { name: 'VolumeSnapshot', type: 'string', jsonPath: '.spec.volumeSnapshotRef.name' },
      {
        name: 'VolumeSnapshotNamespace',
        type: 'string',
        jsonPath: '.spec.volumeSnapshotRef.namespace',
      },
    ],
  }),
]
