import { openBundle } from '../bundle'
import { fingerprint } from '../hash'
import type { Bundle } from './bundle'

/** A bundle of one model, as the first form had them, read as one of today; what it did not know is left open. */
export function bookOfFirstForm(bytes: Uint8Array): Bundle {
  const { manifest, profile, windows, scores, verdicts } = openBundle(bytes)
  const [reference = 'unknown', current = reference] = manifest.sources
  const id = `bundle-${profile.hash.slice(0, 12)}`
  return {
    form: 1, ...(manifest.signature && { signedBy: fingerprint(manifest.signature.publicKey) }),
    manifest: { format: 'takt-drift-bundle', version: 2, createdAt: manifest.createdAt, name: manifest.model, models: [{ id, model: manifest.model }], parts: [], ...(manifest.signature && { signature: manifest.signature }) },
    books: [{
      profile, windows, scores, verdicts,
      about: {
        id, simulated: false, madeAt: manifest.createdAt, engine: manifest.engine, sources: manifest.sources, snapshots: [], schema: {}, quality: [], qualityMissing: 'The form it was written in kept no quality.', multivariate: [], events: [],
        settings: { model: manifest.model.slice(0, 120) || 'model', about: '', owner: '', reference: { path: reference }, current: { path: current }, period: 'week', rule: manifest.rule, alertAfter: { k: 1, n: 1 }, limits: { watch: 0.1, act: 0.25 }, incidents: [] },
      },
    }],
  }
}
