import { chanceOf, hexOf, type Node, type Pod } from '../objects'

/** On a node: pulls take this many times as long. */
export const SLOW_PULLS = 'plant.takt.dev/slow-pulls'

const MIB = 2 ** 20
// Compressed sizes of images people know, by a part of their name; others are between 0.2 and 2 GiB.
const KNOWN: [part: RegExp, mib: number][] = [
  [/pause|busybox/, 1],
  [/pytorch|tensorflow|cuda|rapids|triton|vllm|nemo/, 11_200],
  [/jupyter.*gpu/, 11_200],
  [/jupyter|scipy|datascience/, 4_100],
  [/rstudio|rocker/, 3_300],
  [/code-server|vscode|codeserver/, 2_900],
  [/ray|spark/, 5_200],
  [/label-studio/, 2_150],
  [/mlflow/, 900],
  [/python/, 1_020],
  [/postgres|nginx|redis|alpine/, 120],
]
const BYTES_PER_MS = (72 * MIB) / 1000

/** The compressed size of an image in bytes: the same for the same name always. */
export function imageBytes(image: string): number {
  const name = repositoryOf(image)
  const known = KNOWN.find(([part]) => part.test(name))
  const mib = known ? known[1] * (0.96 + 0.08 * chanceOf(image)) : 200 + 1_800 * chanceOf(name)
  return Math.round(mib * MIB)
}

export const repositoryOf = (image: string) => image.split('@')[0]?.replace(/:[^/:]*$/, '') ?? image
export const digestOf = (image: string) =>
  /@(sha256:[0-9a-f]+)$/.exec(image)?.[1] ?? `sha256:${hexOf(image, 64)}`
export const imageId = (image: string) => `${repositoryOf(image)}@${digestOf(image)}`

/** How long a cold pull takes on a node, in milliseconds: by size, with a little jitter. */
export const pullMs = (image: string, node: Node) =>
  Math.round(
    (1_200 + imageBytes(image) / BYTES_PER_MS) *
      (0.92 + 0.16 * chanceOf(`${node.metadata.name}${image}`)) *
      (Number(node.metadata.annotations?.[SLOW_PULLS]) || 1),
  )

/** Images that no registry has: a host under .invalid, or a name that says so. */
export const isMissing = (image: string) => /\.invalid(:\d+)?\/|does-not-exist/.test(image)

export const hasImage = (node: Node, image: string) =>
  (node.status?.images ?? []).some(
    ({ names }) => names.includes(image) || names.includes(imageId(image)),
  )

/** The node's list of images with one more at its head, as a kubelet reports it. */
export function withImage(node: Node, image: string): Node {
  const names = image.includes('@') ? [image] : [imageId(image), image]
  // A kubelet reports at most fifty images.
  const images = [{ names, sizeBytes: imageBytes(image) }, ...(node.status?.images ?? [])].slice(
    0,
    50,
  )
  return { ...node, status: { ...node.status, images } }
}

/** The images of a pod in the order they are needed, each once. */
export const imagesOf = (pod: Pod) => [
  ...new Map(
    [...(pod.spec.initContainers ?? []), ...pod.spec.containers].map((container) => [
      container.image ?? '',
      container,
    ]),
  ).values(),
]

/** "2m51.2s", the way Go prints a duration. */
export function goDuration(ms: number): string {
  const seconds = ms / 1000
  if (seconds < 1) return `${String(Math.round(ms))}ms`
  const rest = Number((seconds % 60).toFixed(3))
  const minutes = Math.floor(seconds / 60) % 60
  const hours = Math.floor(seconds / 3600)
  return `${hours ? `${String(hours)}h` : ''}${hours || minutes ? `${String(minutes)}m` : ''}${String(rest)}s`
}
