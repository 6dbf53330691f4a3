import { LABEL, type Manifest } from '../../../kernel/manifest'

/** One end of a transfer as the Job reaches it. Keys come from the Secret or from the service account, never from here. */
export interface End { provider: string; endpoint?: string | undefined; region: string }
export interface Transfer {
  name: string; namespace: string; image: string; from: End; to: End; source: { bucket: string; prefix: string; asOf?: string | undefined }; target: { bucket: string; prefix: string }
  /** Key of the list of objects to copy, in the target's bucket. */
  list: string; capBytesPerSecond?: number | undefined; claim: string; secret: string
}
export const TRANSFER_LABEL = 'takt.dev/transfer'
const remote = (name: 'SRC' | 'DST', { provider, endpoint, region }: End) => [
  { name: `RCLONE_CONFIG_${name}_TYPE`, value: 's3' }, { name: `RCLONE_CONFIG_${name}_PROVIDER`, value: provider }, { name: `RCLONE_CONFIG_${name}_REGION`, value: region }, { name: `RCLONE_CONFIG_${name}_ENV_AUTH`, value: 'true' },
  ...(endpoint === undefined ? [] : [{ name: `RCLONE_CONFIG_${name}_ENDPOINT`, value: endpoint }]),
]

/** The Job that copies what a list names: it compares checksums, goes on where it was cut off, keeps to its rate, and tells how far it is as JSON. */
export function transferJob(transfer: Transfer): Manifest {
  const { name, namespace, image, source, target, list, capBytesPerSecond, claim, secret } = transfer
  const copy = [
    'rclone copy --files-from-raw /tmp/files', `"src:${source.bucket}/${source.prefix}"`, `"dst:${target.bucket}/${target.prefix}"`, '--checksum --s3-no-check-bucket --transfers 8 --retries 3 --use-json-log --stats 2s --stats-log-level NOTICE',
    ...(source.asOf === undefined ? [] : [`--s3-version-at "${source.asOf}"`]), ...(capBytesPerSecond === undefined ? [] : [`--bwlimit ${String(Math.max(1, Math.round(capBytesPerSecond / 1024)))}k`]),
  ].join(' ')
  const labels = { [LABEL.managedBy]: 'takt', [TRANSFER_LABEL]: name }
  return {
    apiVersion: 'batch/v1', kind: 'Job', metadata: { name, namespace, labels, annotations: { 'takt.dev/claim': claim, 'takt.dev/list': `s3://${target.bucket}/${list}`, 'takt.dev/from': `s3://${source.bucket}/${source.prefix}`, 'takt.dev/to': `s3://${target.bucket}/${target.prefix}` } },
    spec: {
      backoffLimit: 3, ttlSecondsAfterFinished: 3600,
      template: {
        metadata: { labels, annotations: { 'takt.dev/list': `s3://${target.bucket}/${list}`, 'takt.dev/from': `s3://${source.bucket}/${source.prefix}`, 'takt.dev/to': `s3://${target.bucket}/${target.prefix}`, ...(capBytesPerSecond !== undefined && { 'takt.dev/cap': String(capBytesPerSecond) }) } },
        spec: {
          restartPolicy: 'Never', containers: [{
            name: 'transfer', image, command: ['sh', '-c', `rclone cat "dst:${target.bucket}/${list}" > /tmp/files && exec ${copy}`], env: [...remote('SRC', transfer.from), ...remote('DST', transfer.to)], envFrom: [{ secretRef: { name: secret, optional: true } }],
            resources: { requests: { cpu: '500m', memory: '512Mi' }, limits: { cpu: '2', memory: '1Gi' } },
          }],
        },
      },
    },
  }
}
