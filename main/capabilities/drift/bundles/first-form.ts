import { z } from 'zod'
import {
  BundleManifest,
  DriftProfile,
  DriftWindow,
  VerdictOperation,
  WindowScores,
} from '../../../../preload/contract/drift'
import type { Book } from '../../../../preload/contract/drift-bundle'
import { fingerprint, hashOf } from '../hash'
import type { Bundle } from './bundle'
import { checkSeal, linksOf, parsePart } from './parts'
import { damaged } from './refusals'

/** The parts of the only model, in the order that they are chained in. */
export const FIRST_PARTS = ['profile', 'windows', 'scores', 'verdicts'] as const
type Part = (typeof FIRST_PARTS)[number]
const SCHEMAS: { [P in Part]: z.ZodType<Book[P]> } = {
  profile: DriftProfile,
  windows: z.array(DriftWindow),
  scores: z.array(WindowScores),
  verdicts: z.array(VerdictOperation),
}

/** The first form chained its parts by their bare names. */
export const firstLinks = (manifest: BundleManifest, files: ReadonlyMap<string, string>) =>
  linksOf(
    manifest,
    FIRST_PARTS.map((name) => [name, files.get(`${name}.json`) ?? ''] as const),
  ).map((link) => ({ ...link, name: `${link.name}.json` }))

/** A bundle of one model, as the first form had them, read as one of today; what it did not know is left open. */
export function bookOfFirstForm(files: ReadonlyMap<string, string>): Bundle {
  const manifest = parsePart(BundleManifest, files.get('manifest.json'), 'manifest')
  checkSeal(manifest, firstLinks(manifest, files), files)
  const part = <P extends Part>(name: P): Book[P] =>
    parsePart(SCHEMAS[name], files.get(`${name}.json`), name)
  const profile = part('profile'),
    windows = part('windows'),
    scores = part('scores'),
    verdicts = part('verdicts')
  if (hashOf(profile) !== profile.hash)
    throw damaged('holds a profile that is not what its hash says.')
  const [reference = 'unknown', current = reference] = manifest.sources
  const id = `bundle-${profile.hash.slice(0, 12)}`
  return {
    form: 1,
    ...(manifest.signature && { signedBy: fingerprint(manifest.signature.publicKey) }),
    manifest: {
      format: 'takt-drift-bundle',
      version: 2,
      createdAt: manifest.createdAt,
      name: manifest.model,
      models: [{ id, model: manifest.model }],
      parts: [],
      ...(manifest.signature && { signature: manifest.signature }),
    },
    books: [
      {
        profile,
        windows,
        scores,
        verdicts,
        about: {
          id,
          simulated: false,
          madeAt: manifest.createdAt,
          engine: manifest.engine,
          sources: manifest.sources,
          snapshots: [],
          schema: {},
          quality: [],
          qualityMissing: 'The form it was written in kept no quality.',
          multivariate: [],
          events: [],
          settings: {
            model: manifest.model.slice(0, 120) || 'model',
            about: '',
            owner: '',
            reference: { path: reference },
            current: { path: current },
            period: 'week',
            rule: manifest.rule,
            alertAfter: { k: 1, n: 1 },
            limits: { watch: 0.1, act: 0.25 },
            incidents: [],
          },
        },
      },
    ],
  }
}
