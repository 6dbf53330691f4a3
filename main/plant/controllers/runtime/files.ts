import type { Engine } from '../engine'
import { CLAIM } from '../kinds'
import type { Pod } from '../objects'
import { FILES, type Claim } from '../volumes/claims'

/** The files a pod sees under its volumes, by absolute path, and the way to write one. */
export interface PodFiles {
  list(): Map<string, string>
  /** Writes a file of a volume; answers why not where it cannot (read-only, no volume there, too large). */
  write(path: string, text: string): string | undefined
  /** Where work is kept: the first writable volume. */
  workspace(): string | undefined
}

interface Mount {
  path: string
  claim: string
  readOnly: boolean
}
// An annotation holds 256 KiB in all; a simulated note needs far less.
const MOST_BYTES = 64 * 1024

export function filesOf({ api }: Engine, pod: Pod): PodFiles {
  const mounts = mountsOf(pod)
  const claimOf = (mount: Mount) =>
    api.get(CLAIM, mount.claim, pod.metadata.namespace) as Claim | undefined
  return {
    list: () =>
      new Map(
        mounts.flatMap((mount) =>
          Object.entries(stored(claimOf(mount))).map(([path, text]): [string, string] => [
            join(mount.path, path),
            text,
          ]),
        ),
      ),
    workspace: () => mounts.find(({ readOnly }) => !readOnly)?.path,
    write(path, text) {
      const mount = mounts.find((each) => path.startsWith(`${each.path}/`))
      const claim = mount && claimOf(mount)
      if (!claim) return 'Not on a volume: it would be lost with the pod'
      if (mount.readOnly) return 'Read-only file system'
      const files = JSON.stringify({ ...stored(claim), [path.slice(mount.path.length + 1)]: text })
      if (files.length > MOST_BYTES)
        return 'No space left on device (the simulated volume keeps 64 KiB of text)'
      api.update(
        {
          ...claim,
          metadata: {
            ...claim.metadata,
            annotations: { ...claim.metadata.annotations, [FILES]: files },
          },
        },
        'kubelet',
      )
      return undefined
    },
  }
}

const join = (folder: string, path: string) => `${folder.replace(/\/$/, '')}/${path}`

function mountsOf(pod: Pod): Mount[] {
  const [container] = pod.spec.containers
  return (container?.volumeMounts ?? [])
    .flatMap(({ name, mountPath, readOnly }) => {
      const claim = pod.spec.volumes?.find((volume) => volume.name === name)?.persistentVolumeClaim
      return claim
        ? [
            {
              path: mountPath.replace(/\/$/, ''),
              claim: claim.claimName,
              readOnly: readOnly === true || claim.readOnly === true,
            },
          ]
        : []
    })
    .sort((a, b) => b.path.length - a.path.length)
}

function stored(claim: Claim | undefined): Record<string, string> {
  const text = claim?.metadata.annotations?.[FILES]
  return text ? (JSON.parse(text) as Record<string, string>) : {}
}
