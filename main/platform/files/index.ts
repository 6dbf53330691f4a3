import { MOST_UPLOAD_BYTES } from '../../../preload/contract/limits'

export {
  readRegularFile,
  readRegularSync,
  readRegularText,
  readRegularTextSync,
  refusalOf,
  type FileLimits,
  type FileRead,
} from './read'
export { Turns } from './turns'
export { refusedBySystem, whyNotRegular, type FileRefusal } from './refusal'

const MiB = 2 ** 20
/** How much is read of each kind of file that people or files name. */
export const MOST_BYTES = {
  /** Certificates, keys and tokens; bundles of authorities have some hundred kilobytes. */
  credential: 4 * MiB,
  kubeconfig: 8 * MiB,
  /** Manifests, profiles and records that somebody wrote. */
  manifest: 8 * MiB,
  driftProfile: 256 * MiB,
  /** As many as are taken from a page. */
  bundle: MOST_UPLOAD_BYTES,
  trace: 512 * MiB,
  /** Programs that are hashed before they run. */
  program: 512 * MiB,
} as const
