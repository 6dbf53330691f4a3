import { LABEL, type Manifest } from '../../../kernel/manifest'
import { keysFor } from './keys'

/** One end of a transfer as the Job reaches it. Keys come from the store's Secret or from the service account, never from here. */
export interface End {
  site: string
  provider: string
  endpoint?: string | undefined
  region: string
}
export interface Transfer {
  name: string
  namespace: string
  image: string
  from: End
  to: End
  source: { bucket: string; prefix: string; asOf?: string | undefined }
  target: { bucket: string; prefix: string }
  /** Key of the list of objects to copy, in the target's bucket. */
  list: string
  /** Key of the list of those that are there and are something else. */
  again?: string | undefined
  capBytesPerSecond?: number | undefined
  claim: string
}
export const TRANSFER_LABEL = 'takt.dev/transfer'
/** Whose shipment a Job carries. */
export const CLAIM_ANNOTATION = 'takt.dev/claim'
/** A value as a pod gets it: Kubernetes replaces $(NAME) in what a manifest says. */
const literal = (value: string) => value.replaceAll('$', '$$$$')
export const env = (values: Readonly<Record<string, string | undefined>>) =>
  Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [{ name, value: literal(value) }],
  )
/** How rclone is told of a store: by variables of its own, so that no key stands in a command. */
export const remote = (name: string, { provider, endpoint, region }: Omit<End, 'site'>) => ({
  [`RCLONE_CONFIG_${name}_TYPE`]: 's3',
  [`RCLONE_CONFIG_${name}_PROVIDER`]: provider,
  [`RCLONE_CONFIG_${name}_REGION`]: region,
  [`RCLONE_CONFIG_${name}_ENV_AUTH`]: 'true',
  [`RCLONE_CONFIG_${name}_NO_CHECK_BUCKET`]: 'true',
  [`RCLONE_CONFIG_${name}_ENDPOINT`]: endpoint,
})
/** The rate in whole KiB a second, as rclone counts. */
export const capOf = (bytesPerSecond: number | undefined) =>
  bytesPerSecond === undefined
    ? ''
    : ` --bwlimit ${String(Math.max(1, Math.floor(bytesPerSecond / 1024)))}k`

/** What is said in the script is said by us alone: places and names of other people's making come in variables, which no shell reads. */
function scriptOf({
  again,
  capBytesPerSecond,
}: Pick<Transfer, 'again' | 'capBytesPerSecond'>): string {
  const copy = `"$TAKT_FROM" "$TAKT_TO" --transfers 8 --retries 3 --use-json-log --stats 2s --stats-log-level NOTICE${capOf(capBytesPerSecond)}`
  return [
    'set -eu',
    'cd "$(mktemp -d)"',
    'rclone cat "$TAKT_LIST" > missing',
    ...(again === undefined
      ? []
      : [
          'rclone cat "$TAKT_AGAIN" > damaged',
          `rclone copy --files-from-raw damaged ${copy} --ignore-times`,
        ]),
    `exec rclone copy --files-from-raw missing ${copy} --checksum`,
  ].join('\n')
}

/** The Job that copies what a list names: it compares checksums, goes on where it was cut off, keeps to its rate, and tells how far it is as JSON. */
export function transferJob(transfer: Transfer): Manifest {
  const {
    name,
    namespace,
    image,
    from,
    to,
    source,
    target,
    list,
    again,
    capBytesPerSecond,
    claim,
  } = transfer
  const labels = { [LABEL.managedBy]: 'takt', [TRANSFER_LABEL]: name }
  const place = (at: { bucket: string; prefix: string }) => `${at.bucket}/${at.prefix}`
  const annotations = {
    'takt.dev/list': `s3://${target.bucket}/${list}`,
    ...(again !== undefined && { 'takt.dev/again': `s3://${target.bucket}/${again}` }),
    'takt.dev/from': `s3://${place(source)}`,
    'takt.dev/to': `s3://${place(target)}`,
  }
  const told = env({
    ...remote('SRC', from),
    ...remote('DST', to),
    RCLONE_CONFIG_SRC_VERSION_AT: source.asOf,
    TAKT_FROM: `src:${place(source)}`,
    TAKT_TO: `dst:${place(target)}`,
    TAKT_LIST: `dst:${target.bucket}/${list}`,
    TAKT_AGAIN: again === undefined ? undefined : `dst:${target.bucket}/${again}`,
  })
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name,
      namespace,
      labels,
      annotations: { [CLAIM_ANNOTATION]: claim, ...annotations },
    },
    spec: {
      backoffLimit: 3,
      ttlSecondsAfterFinished: 3600,
      template: {
        metadata: {
          labels,
          annotations: {
            ...annotations,
            ...(capBytesPerSecond !== undefined && { 'takt.dev/cap': String(capBytesPerSecond) }),
          },
        },
        spec: {
          restartPolicy: 'Never',
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 65_534,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          containers: [
            {
              name: 'transfer',
              image,
              command: ['sh', '-c', scriptOf({ again, capBytesPerSecond })],
              env: told,
              envFrom: [keysFor('SRC', from.site), keysFor('DST', to.site)],
              securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
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
