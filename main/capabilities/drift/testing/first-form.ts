import type { KeyObject } from 'node:crypto'
import type { BundleManifest } from '../../../../preload/contract/drift'
import type { Book } from '../../../../preload/contract/drift-bundle'
import { FIRST_PARTS, firstLinks } from '../bundles/first-form'
import { seal } from '../bundles/parts'
import { pack } from '../bundles/zip'
import { canonical } from '../hash'

export type FirstContent = Pick<Book, (typeof FIRST_PARTS)[number]>

/** A bundle as it was written in the first form, for the tests of reading it. */
export function packFirstForm(
  content: FirstContent,
  about: Pick<BundleManifest, 'createdAt' | 'model' | 'engine' | 'rule' | 'sources'>,
  key?: KeyObject,
): Uint8Array {
  const manifest: BundleManifest = { format: 'takt-drift-bundle', version: 1, ...about, parts: [] }
  const files = new Map(FIRST_PARTS.map((name) => [`${name}.json`, canonical(content[name])]))
  seal(manifest, firstLinks(manifest, files), key)
  return pack({ 'manifest.json': canonical(manifest), ...Object.fromEntries(files) })
}
