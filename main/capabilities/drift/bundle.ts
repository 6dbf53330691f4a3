import { createPublicKey, sign, verify, type KeyObject } from 'node:crypto'
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate'
import { z } from 'zod'
import { BundleManifest, DriftProfile, DriftWindow, VerdictOperation, WindowScores } from '../../../preload/contract/drift'
import type { DecisionRule } from './domain/decide'
import { UnusableInput } from './domain/failures'
import type { SpecialFunctions } from './domain/special'
import { canonical, hashOf, scoreWindows, sha256 } from './profile'

export interface BundleContent { profile: DriftProfile; windows: DriftWindow[]; scores: WindowScores[]; verdicts: VerdictOperation[] }
export interface BundleAbout { createdAt: string; model: string; engine: Record<string, string>; rule: DecisionRule; sources: string[] }
export interface Bundle extends BundleContent { manifest: BundleManifest }

const VERSION = 1
/** No bundle of ours comes near this; what claims more is not opened. */
const MOST_BYTES = 256 * 2 ** 20
const PARTS = ['profile', 'windows', 'scores', 'verdicts'] as const
const SCHEMAS = { profile: DriftProfile, windows: z.array(DriftWindow), scores: z.array(WindowScores), verdicts: z.array(VerdictOperation) }
const damaged = (says: string) => new UnusableInput(`This bundle ${says}`, 'Ask for it again; nothing of it was used.')

/** Chains each part to those before it: the last link stands for the whole. */
function linksOf(texts: Record<(typeof PARTS)[number], string>, head: string) {
  let chain = head
  return PARTS.map((name) => { const hash = sha256(texts[name]); chain = sha256(`${chain}\n${name}\n${hash}`); return { name: `${name}.json`, sha256: hash, chain } })
}
const headOf = ({ parts: _parts, signature: _signature, ...about }: BundleManifest): string => sha256(canonical(about))

/** Writes a bundle; with a person's Ed25519 key it is signed. */
export function packBundle(content: BundleContent, about: BundleAbout, key?: KeyObject): Uint8Array {
  const texts = { profile: canonical(content.profile), windows: canonical(content.windows), scores: canonical(content.scores), verdicts: canonical(content.verdicts) }
  const manifest: BundleManifest = { format: 'takt-drift-bundle', version: VERSION, ...about, parts: [] }
  manifest.parts = linksOf(texts, headOf(manifest))
  const last = manifest.parts[manifest.parts.length - 1]?.chain ?? ''
  if (key) manifest.signature = { publicKey: createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString(), value: sign(null, strToU8(last), key).toString('base64') }
  const files = { 'manifest.json': canonical(manifest), ...Object.fromEntries(PARTS.map((name) => [`${name}.json`, texts[name]])) }
  // A fixed date, so that the same content is the same file.
  return zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)])), { level: 9, mtime: '1980-01-02T00:00:00Z' })
}

/** Unpacks in memory only the files that a bundle has, and only up to a size; nothing is ever written to disk. */
function unpack(bytes: Uint8Array): Map<string, string> {
  const wanted = new Set(['manifest.json', ...PARTS.map((name) => `${name}.json`)])
  let total = 0
  try {
    const files = unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        if (!wanted.has(name)) return false
        total += originalSize
        if (total > MOST_BYTES) throw damaged('would unpack to more than 256 MB.')
        return true
      },
    })
    return new Map(Object.entries(files).map(([name, content]) => [name, strFromU8(content)]))
  } catch (error) { throw error instanceof UnusableInput ? error : damaged('is cut short or is no bundle.') }
}

function parse<T>(schema: z.ZodType<T>, text: string | undefined, name: string): T {
  if (text === undefined) throw damaged(`lacks its ${name}.`)
  let value: unknown
  try { value = JSON.parse(text) } catch { throw damaged(`holds a ${name} that is not JSON.`) }
  const parsed = schema.safeParse(value)
  if (!parsed.success) throw damaged(`holds a ${name} of another form: ${parsed.error.issues[0]?.path.join('.') ?? ''} ${parsed.error.issues[0]?.message ?? ''}.`)
  return parsed.data
}

/** Opens a bundle: its hashes, chain and signature have to be true. Needs nothing but the bytes. */
export function openBundle(bytes: Uint8Array): Bundle {
  const files = unpack(bytes), version = parse(z.object({ version: z.number() }), files.get('manifest.json'), 'manifest').version
  if (version > VERSION) throw new UnusableInput(`This bundle was written by a newer Takt (form ${version}, this one reads up to ${VERSION}).`, 'Update Takt, then open it again.')
  const manifest = parse(BundleManifest, files.get('manifest.json'), 'manifest')
  const texts = Object.fromEntries(PARTS.map((name) => [name, files.get(`${name}.json`) ?? ''])) as Record<(typeof PARTS)[number], string>
  const links = linksOf(texts, headOf(manifest))
  const broken = links.find((link, at) => canonical(link) !== canonical(manifest.parts[at] ?? null))
  if (broken || links.length !== manifest.parts.length) throw damaged(`was changed after it was written: ${broken?.name ?? 'its list of parts'} is not what its hash says.`)
  if (manifest.signature && !isSigned(manifest.signature, links[links.length - 1]?.chain ?? '')) throw damaged('carries a signature that is not true.')
  const bundle = { manifest, profile: parse(SCHEMAS.profile, texts.profile, 'profile'), windows: parse(SCHEMAS.windows, texts.windows, 'windows'), scores: parse(SCHEMAS.scores, texts.scores, 'scores'), verdicts: parse(SCHEMAS.verdicts, texts.verdicts, 'verdicts') }
  if (hashOf(bundle.profile) !== bundle.profile.hash) throw damaged('holds a profile that is not what its hash says.')
  return bundle
}

function isSigned({ publicKey, value }: { publicKey: string; value: string }, chain: string): boolean {
  try { return verify(null, strToU8(chain), createPublicKey(publicKey), Buffer.from(value, 'base64')) } catch { return false }
}

export interface Verification { scores: number; differing: { window: string; column: string }[]; signedBy?: string }
/** Computes every score again from the counts inside and tells which differ from those that were written. */
export function verifyBundle(bundle: Bundle, special: SpecialFunctions): Verification {
  const again = scoreWindows(bundle.profile, bundle.windows, { special, rule: bundle.manifest.rule })
  const differing = again.flatMap(({ window, columns }, at) => columns.filter((score, index) => canonical(score) !== canonical(bundle.scores[at]?.columns[index])).map(({ column }) => ({ window, column })))
  if (again.length !== bundle.scores.length) differing.push({ window: 'all', column: 'the number of windows' })
  return { scores: again.reduce((sum, { columns }) => sum + columns.length, 0), differing, ...(bundle.manifest.signature && { signedBy: sha256(bundle.manifest.signature.publicKey) }) }
}

/** Verdicts made apart, put together: each once, in the order of their time; nothing is overwritten. */
export const mergeVerdicts = (...sets: readonly VerdictOperation[][]): VerdictOperation[] =>
  [...new Map(sets.flat().map((operation) => [operation.id, operation])).values()].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.id < b.id ? -1 : 1))

/** Where two people's latest verdicts on the same column of the same window differ: shown side by side, for a person to settle. */
export function conflictsOf(verdicts: readonly VerdictOperation[]): { window: string; column?: string; verdicts: VerdictOperation[] }[] {
  const latest = new Map<string, Map<string, VerdictOperation>>()
  for (const operation of mergeVerdicts([...verdicts])) {
    if (!operation.verdict) continue
    const key = canonical([operation.window, operation.column ?? null]), byAuthor = latest.get(key) ?? new Map<string, VerdictOperation>()
    latest.set(key, byAuthor.set(operation.author, operation))
  }
  return [...latest.values()].map((byAuthor) => [...byAuthor.values()]).filter((those) => new Set(those.map(({ verdict }) => verdict)).size > 1)
    .map((those) => ({ window: those[0]?.window ?? '', ...(those[0]?.column !== undefined && { column: those[0].column }), verdicts: those }))
}
