import { LABEL, type Manifest } from '../../../kernel/manifest'
import { capOf, env, remote, type End } from './job'
import { keysFor } from './keys'

export const WORKSPACE_LABEL = 'takt.dev/workspace-transfer'
/** A workspace volume and the place in an object store where it lies in between. */
export interface WorkspaceTransfer {
  name: string
  namespace: string
  image: string
  claim: string
  way: 'out' | 'in'
  depot: End
  at: { bucket: string; prefix: string }
  run: string
  nodeSelector?: Record<string, string> | undefined
  capBytesPerSecond?: number | undefined
}
const GPU_TAINT = [{ key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' }]

/**
 * The Job that brings a volume to a depot or from there: only what differs travels, owners, modes and links travel with it, and it ends well only
 * when both sides compare equal.
 */
export function workspaceJob(transfer: WorkspaceTransfer): Manifest {
  const { name, namespace, image, claim, way, depot, at, run, nodeSelector, capBytesPerSecond } =
    transfer
  const uri = `s3://${at.bucket}/${at.prefix}`
  const [from, to] =
    way === 'out' ? ['/workspace', '"$TAKT_DEPOT"'] : ['"$TAKT_DEPOT"', '/workspace']
  const flags = '--checksum --links --metadata --s3-directory-markers --exclude "/lost+found/**"'
  const sync = `rclone sync ${from} ${to} ${flags} --create-empty-src-dirs --transfers 8 --retries 3 --use-json-log --stats 2s --stats-log-level NOTICE${capOf(capBytesPerSecond)}`
  const labels = { [LABEL.managedBy]: 'takt', [WORKSPACE_LABEL]: way }
  const annotations = { 'takt.dev/run': run, 'takt.dev/claim-name': claim, 'takt.dev/depot': uri }
  const told = env({ ...remote('DEPOT', depot), TAKT_DEPOT: `depot:${at.bucket}/${at.prefix}` })
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace, labels, annotations },
    spec: {
      backoffLimit: 3,
      ttlSecondsAfterFinished: 3600,
      template: {
        metadata: { labels, annotations },
        spec: {
          restartPolicy: 'Never',
          securityContext: { fsGroup: 100 },
          ...(nodeSelector && { nodeSelector }),
          tolerations: GPU_TAINT,
          volumes: [{ name: 'workspace', persistentVolumeClaim: { claimName: claim } }],
          containers: [
            {
              name: 'transfer',
              image,
              command: ['sh', '-c', `${sync} && exec rclone check ${from} ${to} ${flags}`],
              env: told,
              envFrom: [keysFor('DEPOT', depot.site)],
              volumeMounts: [{ name: 'workspace', mountPath: '/workspace' }],
              resources: {
                requests: { cpu: '500m', memory: '512Mi' },
                limits: { cpu: '2', memory: '1Gi' },
              },
            },
          ],
        },
      },
    },
  }
}
