import { z } from 'zod'
import { shownAddress } from './text/address'

const Site = z.object({ site: z.string() })
const Answer = Site.extend({ status: z.number().int(), says: z.string() })

/** What somebody can begin again with after the local store was damaged. */
export const SavedCopy = z.object({
  from: z.enum(['damaged-file', 'backup']),
  file: z.string(),
  at: z.number().optional().describe('When the copy was made, in ms since 1970'),
  rows: z
    .array(z.object({ table: z.string(), rows: z.number().int(), complete: z.boolean() }))
    .describe('Rows that can be read, and whether each table could be walked to its end'),
})
export type SavedCopy = z.infer<typeof SavedCopy>

/** What each expected failure carries. Nothing here may hold a secret. */
const DATA = {
  INVALID: z.object({ issues: z.array(z.object({ path: z.string(), says: z.string() })) }),
  NOT_FOUND: z.object({ kind: z.string(), name: z.string() }),
  ALREADY_EXISTS: z.object({ kind: z.string(), name: z.string() }),
  NAMESPACE_TAKEN: Site.extend({ namespace: z.string(), says: z.string(), remedy: z.string() }),
  NOT_OURS: Site.extend({ kind: z.string(), name: z.string() }),
  CONFLICT: z.object({
    kind: z.string(),
    name: z.string(),
    theirs: z.string(),
    resourceVersion: z.string(),
    fields: z.array(
      z.object({ path: z.string(), before: z.string(), mine: z.string(), theirs: z.string() }),
    ),
  }),
  FORBIDDEN: Site.extend({
    verb: z.string(),
    resource: z.string(),
    namespace: z.string().optional(),
    says: z.string(),
    grantedBy: z.array(z.string()),
  }),
  CREDENTIAL_REFUSED: Site.extend({ says: z.string() }),
  CLUSTER_UNREACHABLE: Site.extend({ server: z.string(), cause: z.string() }),
  CLUSTER_TIMED_OUT: Site.extend({ server: z.string(), afterSeconds: z.number() }),
  CLUSTER_UNTRUSTED: Site.extend({
    server: z.string(),
    cause: z.string(),
    issuer: z.string().optional(),
    name: z.string().optional(),
  }),
  NAME_UNRESOLVED: Site.extend({ server: z.string(), host: z.string() }),
  PROXY_FAILED: Site.extend({
    server: z.string(),
    proxy: z.string(),
    cause: z.string(),
    status: z.number().int().optional(),
  }),
  CLUSTER_ANSWER_UNREADABLE: Site.extend({
    server: z.string(),
    contentType: z.string(),
    beginning: z.string(),
  }),
  CLUSTER_BUSY: Site.extend({ retryAfterSeconds: z.number() }),
  CLUSTER_FAILED: Answer,
  REFUSED_BY_CLUSTER: Answer.extend({
    causes: z.array(z.object({ field: z.string(), says: z.string() })),
  }),
  QUOTA_EXCEEDED: Site.extend({ says: z.string() }),
  SITE_UNKNOWN: Site,
  SITE_NOT_CONNECTED: Site,
  NO_HOME_SITE: z.object({}),
  CLUSTER_NOT_PREPARED: Site.extend({ missing: z.array(z.string()) }),
  FILE_UNREADABLE: z.object({ file: z.string(), cause: z.string() }),
  KUBECONFIG_UNREADABLE: z.object({ file: z.string(), cause: z.string() }),
  PLUGIN_NEEDS_CONSENT: Site.extend({ command: z.string(), hash: z.string() }),
  PLUGIN_FAILED: Site.extend({
    command: z.string(),
    exitCode: z.number().optional(),
    stderr: z.string(),
  }),
  PLUGIN_FORBIDDEN: Site.extend({ command: z.string(), policy: z.string(), file: z.string() }),
  SIGN_IN_NEEDED: z.object({
    site: z.string().optional(),
    identity: z.string(),
    kind: z.enum(['aws-sso', 'oidc']),
    says: z.string(),
  }),
  SIGN_IN_WAITS: Site.extend({ identity: z.string() }),
  AWS_PROFILE_UNUSABLE: z.object({ profile: z.string(), says: z.string() }),
  AWS_FAILED: z.object({
    profile: z.string(),
    region: z.string(),
    service: z.string(),
    error: z.string(),
    status: z.number().int().optional(),
    says: z.string(),
  }),
  AWS_DENIED: z.object({
    profile: z.string(),
    region: z.string(),
    service: z.string(),
    action: z.string(),
    says: z.string(),
  }),
  AWS_UNREACHABLE: z.object({
    profile: z.string(),
    region: z.string(),
    service: z.string(),
    cause: z.string(),
  }),
  ISSUER_FAILED: z.object({ issuer: z.string(), error: z.string(), says: z.string() }),
  PLAN_UNKNOWN: z.object({ planId: z.string() }),
  PLAN_IS_STALE: z.object({ title: z.string(), differs: z.array(z.string()) }),
  PLAN_IS_BLOCKED: z.object({ title: z.string(), reasons: z.array(z.string()) }),
  NAME_NOT_TYPED: z.object({ name: z.string() }),
  SOME_STEPS_FAILED: z.object({
    steps: z.number().int(),
    failed: z.array(z.object({ step: z.string(), says: z.string() })),
  }),
  OBJECT_BUSY: z.object({
    title: z.string(),
    other: z.string(),
    operation: z.string(),
    /** Whose it is, where another core works on the object. */ by: z.string().optional(),
  }),
  MAY_NOT_ACT: z.object({ title: z.string(), says: z.string() }),
  OPERATION_NOT_POSSIBLE: z.object({ operation: z.string(), says: z.string() }),
  STORE_IN_USE: z.object({ file: z.string(), holder: z.string() }),
  STORE_FULL: z.object({ file: z.string() }),
  STORE_READ_ONLY: z.object({ file: z.string() }),
  STORE_NEWER: z.object({ file: z.string(), version: z.number().int(), known: z.number().int() }),
  STORE_DAMAGED: z.object({
    file: z.string(),
    saved: z
      .array(SavedCopy)
      .describe('What can be begun again with: rows that still read, and each sound backup'),
  }),
  VAULT_REFUSED: z.object({ backend: z.string() }),
  CLOUD_CAPACITY_SHORT: Site.extend({
    nodeGroup: z.string(),
    says: z.string(),
    instead: z.array(z.string()),
  }),
  PRICE_TOO_OLD: z.object({
    pool: z.string(),
    asOf: z.string(),
    ageDays: z.number(),
    limitDays: z.number(),
    source: z.string(),
  }),
  DATA_MAY_NOT_LEAVE: z.object({
    source: z.string(),
    site: z.string(),
    mayGoTo: z.array(z.string()),
    owner: z.string(),
  }),
  SHIPMENT_DAMAGED: z.object({ objects: z.array(z.string()), to: z.string() }),
  DIRECTORY_UNREACHABLE: z.object({ server: z.string(), cause: z.string() }),
  DIRECTORY_UNTRUSTED: z.object({ server: z.string(), cause: z.string() }),
  DIRECTORY_SIGN_IN_NEEDED: z.object({ server: z.string() }),
  DIRECTORY_SIGN_IN_REFUSED: z.object({ server: z.string(), as: z.string(), says: z.string() }),
  DIRECTORY_BASE_UNKNOWN: z.object({ server: z.string(), base: z.string() }),
  DIRECTORY_LIMIT: z.object({ server: z.string(), says: z.string() }),
  DIRECTORY_FAILED: z.object({ server: z.string(), says: z.string() }),
  INPUT_UNUSABLE: z.object({ says: z.string(), remedy: z.string() }),
  NOT_SUPPORTED_HERE: z.object({ says: z.string(), remedy: z.string() }),
  TOO_MANY_CALLS: z.object({ most: z.number().int() }),
} as const

export type FailureCode = keyof typeof DATA
export type FailureOf<C extends FailureCode> = { code: C; data: z.infer<(typeof DATA)[C]> }
/** An expected failure: a fixed code for programs, data for its words. */
export type Failure = { [C in FailureCode]: FailureOf<C> }[FailureCode]

/** Makes a failure; the code decides what data it must carry. */
export const failure = <C extends FailureCode>(code: C, data: z.infer<(typeof DATA)[C]>): Failure =>
  ({ code, data: withoutPasswords(data) }) as Failure
// Servers, proxies and issuers are named in failures as somebody wrote them down.
const withoutPasswords = (data: object) =>
  Object.fromEntries(
    Object.entries(data).map(([name, value]: [string, unknown]) => [
      name,
      typeof value === 'string' ? shownAddress(value) : value,
    ]),
  )

type ErrorMap = { [C in FailureCode]: { data: (typeof DATA)[C] } }
/** The same failures as oRPC declares them. */
export const errors = Object.fromEntries(
  Object.entries(DATA).map(([code, data]) => [code, { data }]),
) as unknown as ErrorMap

/** Reads a failure that came over a wire; undefined where it is none of ours. */
export function parseFailure(code: unknown, data: unknown): Failure | undefined {
  if (typeof code !== 'string' || !(code in DATA)) return undefined
  const parsed = DATA[code as FailureCode].safeParse(data)
  return parsed.success ? ({ code, data: parsed.data } as Failure) : undefined
}
/** The failure that an error carries from where no outcome could be answered, as a damaged store's does; undefined where it carries none. */
export function carriedFailure(error: unknown): Failure | undefined {
  if (!(error instanceof Error) || !('failure' in error)) return undefined
  const { code, data } = (error.failure ?? {}) as { code?: unknown; data?: unknown }
  return parseFailure(code, data)
}
/** Any failure as a schema, for records that keep one. */
export const FailureRecord = z.object({ code: z.string(), data: z.unknown() })
