/** One offending field in a Status body. */
export interface Cause {
  reason?: string
  message: string
  field?: string
}
export interface StatusDetails {
  name?: string
  group?: string
  kind?: string
  uid?: string
  causes?: Cause[]
  retryAfterSeconds?: number
}
/** The body a Kubernetes server answers instead of an object. */
export interface Status {
  kind: 'Status'
  apiVersion: 'v1'
  metadata: Record<string, never>
  status: 'Failure' | 'Success'
  message?: string
  reason?: string
  details?: StatusDetails
  code: number
}
/** What an object is called in messages: `pods "x" not found`, `deployments.apps "y" already exists`. */
export interface Named {
  group: string
  plural: string
  kind?: string
}
interface Refusal {
  code: number
  reason: string
  message: string
  details?: StatusDetails
  headers?: Record<string, string>
}

/** A refusal with the status a server would answer. */
export class KubeError extends Error {
  override readonly name = 'KubeError'
  readonly code: number
  readonly reason: string
  readonly details: StatusDetails | undefined
  readonly headers: Record<string, string>
  constructor(refusal: Refusal) {
    super(refusal.message)
    this.code = refusal.code
    this.reason = refusal.reason
    this.details = refusal.details
    this.headers = refusal.headers ?? {}
  }
  get status(): Status {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: this.message,
      ...(this.reason && { reason: this.reason }),
      ...(this.details && { details: this.details }),
      code: this.code,
    }
  }
}

export const qualified = ({ group, plural }: Named): string =>
  group ? `${plural}.${group}` : plural
const detailsOf = ({ group, plural }: Named, name: string): StatusDetails => ({
  ...(name && { name }),
  ...(group && { group }),
  kind: plural,
})

export const notFound = (what: Named, name: string): KubeError =>
  new KubeError({
    code: 404,
    reason: 'NotFound',
    message: `${qualified(what)} "${name}" not found`,
    details: detailsOf(what, name),
  })
export const noSuchPath = (): KubeError =>
  new KubeError({
    code: 404,
    reason: 'NotFound',
    message: 'the server could not find the requested resource',
    details: {},
  })
export const alreadyExists = (what: Named, name: string): KubeError =>
  new KubeError({
    code: 409,
    reason: 'AlreadyExists',
    message: `${qualified(what)} "${name}" already exists`,
    details: detailsOf(what, name),
  })
export const conflict = (what: Named, name: string, why: string): KubeError =>
  new KubeError({
    code: 409,
    reason: 'Conflict',
    message: `Operation cannot be fulfilled on ${qualified(what)} "${name}": ${why}`,
    details: detailsOf(what, name),
  })
export const modifiedSince = (what: Named, name: string): KubeError =>
  conflict(
    what,
    name,
    'the object has been modified; please apply your changes to the latest version and try again',
  )
export const forbidden = (what: Named, name: string, why: string): KubeError =>
  new KubeError({
    code: 403,
    reason: 'Forbidden',
    message: `${qualified(what)}${name ? ` "${name}"` : ''} is forbidden: ${why}`,
    details: detailsOf(what, name),
  })
export const badRequest = (message: string): KubeError =>
  new KubeError({ code: 400, reason: 'BadRequest', message })
export const unauthorized = (): KubeError =>
  new KubeError({ code: 401, reason: 'Unauthorized', message: 'Unauthorized' })
export const expired = (message: string): KubeError =>
  new KubeError({ code: 410, reason: 'Expired', message })
export const methodNotAllowed = (): KubeError =>
  new KubeError({
    code: 405,
    reason: 'MethodNotAllowed',
    message: 'the server does not allow this method on the requested resource',
    details: {},
  })
export const tooManyRequests = (
  message: string,
  retryAfterSeconds: number,
  causes?: Cause[],
): KubeError =>
  new KubeError({
    code: 429,
    reason: 'TooManyRequests',
    message,
    details: { ...(causes && { causes }), ...(retryAfterSeconds && { retryAfterSeconds }) },
    ...(retryAfterSeconds && { headers: { 'retry-after': String(retryAfterSeconds) } }),
  })

/** A fault of one field, before it is joined with others into one 422. */
export interface FieldFault {
  reason:
    | 'FieldValueRequired'
    | 'FieldValueInvalid'
    | 'FieldValueNotSupported'
    | 'FieldValueForbidden'
    | 'FieldValueDuplicate'
    | 'FieldValueTypeInvalid'
    | 'FieldValueTooLong'
    | 'FieldValueTooMany'
    | 'FieldValueNotFound'
  field: string
  message: string
}
const quoted = (value: unknown): string =>
  typeof value === 'string'
    ? JSON.stringify(value)
    : value === null || value === undefined
      ? 'null'
      : JSON.stringify(value)
export const required = (field: string, why = ''): FieldFault => ({
  reason: 'FieldValueRequired',
  field,
  message: why ? `Required value: ${why}` : 'Required value',
})
export const invalid = (field: string, value: unknown, why: string): FieldFault => ({
  reason: 'FieldValueInvalid',
  field,
  message: `Invalid value: ${quoted(value)}: ${why}`,
})
export const wrongType = (field: string, value: unknown, why: string): FieldFault => ({
  reason: 'FieldValueTypeInvalid',
  field,
  message: `Invalid value: ${quoted(value)}: ${why}`,
})
export const duplicate = (field: string, value: unknown): FieldFault => ({
  reason: 'FieldValueDuplicate',
  field,
  message: `Duplicate value: ${quoted(value)}`,
})
export const notSupported = (
  field: string,
  value: unknown,
  allowed: readonly unknown[],
): FieldFault => ({
  reason: 'FieldValueNotSupported',
  field,
  message: `Unsupported value: ${quoted(value)}: supported values: ${allowed.map(quoted).join(', ')}`,
})
export const forbiddenField = (field: string, why: string): FieldFault => ({
  reason: 'FieldValueForbidden',
  field,
  message: `Forbidden: ${why}`,
})

/** Joins the faults of one object into the 422 the server answers. */
export function invalidObject(
  what: { group: string; kind: string },
  name: string,
  faults: FieldFault[],
): KubeError {
  const lines = [...new Set(faults.map((fault) => `${fault.field}: ${fault.message}`))]
  const list = lines.length === 1 ? lines[0] : `[${lines.join(', ')}]`
  const kind = what.group ? `${what.kind}.${what.group}` : what.kind
  return new KubeError({
    code: 422,
    reason: 'Invalid',
    message: `${kind} "${name}" is invalid: ${list ?? ''}`,
    details: {
      ...(name && { name }),
      ...(what.group && { group: what.group }),
      ...(what.kind && { kind: what.kind }),
      causes: faults.map(({ reason, message, field }) => ({ reason, message, field })),
    },
  })
}
