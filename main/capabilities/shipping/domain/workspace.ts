import { LABEL, type Manifest } from '../../../kernel/manifest'
import type { End } from './job'

export const WORKSPACE_LABEL = 'takt.dev/workspace-transfer'
/** A workspace volume and the place in an object store where it lies in between. */
export interface WorkspaceTransfer {
  name: string; namespace: string; image: string; claim: string; way: 'out' | 'in'; depot: End; at: { bucket: string; prefix: string }; run: string; secret: string
  nodeSelector?: Record<string, string> | undefined; capBytesPerSecond?: number | undefined
}
const GPU_TAINT = [{ key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' }]

/**
 * The Job that brings a volume to a depot or from there: only what differs travels, owners, modes and links travel with it, and it ends well only
 * when both sides compare equal.
 */
export function workspaceJob(transfer: WorkspaceTransfer): Manifest {
  const { name, namespace, image, claim, way, depot, at, run, secret, nodeSelector, capBytesPerSecond } = transfer
  const uri = `s3://${at.bucket}/${at.prefix}`
  const [from, to] = way === 'out' ? ['/workspace', `"depot:${at.bucket}/${at.prefix}"`] : [`"depot:${at.bucket}/${at.prefix}"`, '/workspace']
  const flags = '--checksum --links --metadata --s3-no-check-bucket --s3-directory-markers --exclude "/lost+found/**"'
  const cap = capBytesPerSecond === undefined ? '' : ` --bwlimit ${String(Math.max(1, Math.round(capBytesPerSecond / 1024)))}k`
  const sync = `rclone sync ${from} ${to} ${flags} --create-empty-src-dirs --transfers 8 --retries 3 --use-json-log --stats 2s --stats-log-level NOTICE${cap}`
  const labels = { [LABEL.managedBy]: 'takt', [WORKSPACE_LABEL]: way }
  const annotations = { 'takt.dev/run': run, 'takt.dev/claim-name': claim, 'takt.dev/depot': uri }
  const env = [
    { name: 'RCLONE_CONFIG_DEPOT_TYPE', value: 's3' }, { name: 'RCLONE_CONFIG_DEPOT_PROVIDER', value: depot.provider }, { name: 'RCLONE_CONFIG_DEPOT_REGION', value: depot.region }, { name: 'RCLONE_CONFIG_DEPOT_ENV_AUTH', value: 'true' },
    ...(depot.endpoint === undefined ? [] : [{ name: 'RCLONE_CONFIG_DEPOT_ENDPOINT', value: depot.endpoint }]),
  ]
  return {
    apiVersion: 'batch/v1', kind: 'Job', metadata: { name, namespace, labels, annotations },
    spec: {
      backoffLimit: 3, ttlSecondsAfterFinished: 3600,
      template: {
        metadata: { labels, annotations },
        spec: {
          restartPolicy: 'Never', securityContext: { fsGroup: 100 }, ...(nodeSelector && { nodeSelector }), tolerations: GPU_TAINT, volumes: [{ name: 'workspace', persistentVolumeClaim: { claimName: claim } }],
          containers: [{
            name: 'transfer', image, command: ['sh', '-c', `${sync} && exec rclone check ${from} ${to} ${flags}`], env, envFrom: [{ secretRef: { name: secret, optional: true } }],
            volumeMounts: [{ name: 'workspace', mountPath: '/workspace' }], resources: { requests: { cpu: '500m', memory: '512Mi' }, limits: { cpu: '2', memory: '1Gi' } },
          }],
        },
      },
    },
  }
}
