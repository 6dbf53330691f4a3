import { z } from 'zod'
import { Timestamp } from './common'
import { DriftProfile, DriftWindow, VerdictOperation, WindowScores } from './drift'
import { ModelDrift, MonitorSettings, Multivariate, QualityPoint } from './drift-review'

/** What is told about one model beside its numbers. */
export const BookAbout = z.object({
  id: z.string().min(1).max(200),
  settings: MonitorSettings,
  simulated: z.boolean(),
  madeAt: Timestamp,
  engine: z.record(z.string(), z.string()),
  sources: z.array(z.string()).max(1000).describe('Files that were counted, by name'),
  snapshots: z.array(z.string()).max(1000),
  sql: z.string().max(100_000).optional().describe('How a column of the windows was read'),
  schema: z.record(z.string(), z.array(z.string())).describe('Differences of columns, by window'),
  quality: z.array(QualityPoint).max(10_000),
  qualityMissing: z.string().optional(),
  multivariate: z.array(Multivariate.extend({ window: z.string() })).max(400),
  events: ModelDrift.shape.events.max(2000),
})
export type BookAbout = z.infer<typeof BookAbout>
/** One model, whole: what the local store keeps of it, and what a bundle carries. Never rows. */
export const Book = z.object({
  about: BookAbout,
  profile: DriftProfile,
  windows: z.array(DriftWindow).max(5000),
  scores: z.array(WindowScores).max(5000),
  verdicts: z.array(VerdictOperation).max(10_000),
})
export type Book = z.infer<typeof Book>

/** Names every part of a bundle of several models with the hash of its content, each chained to the one before. */
export const BooksManifest = z.object({
  format: z.literal('takt-drift-bundle'),
  version: z.literal(2),
  createdAt: Timestamp,
  name: z.string().max(255),
  signer: z
    .string()
    .max(253)
    .optional()
    .describe('Who says to have signed; only the key proves it'),
  models: z
    .array(z.object({ id: z.string(), model: z.string() }))
    .min(1)
    .max(200),
  parts: z.array(z.object({ name: z.string(), sha256: z.string(), chain: z.string() })).max(1001),
  signature: z.object({ publicKey: z.string().max(2000), value: z.string().max(200) }).optional(),
})
export type BooksManifest = z.infer<typeof BooksManifest>
