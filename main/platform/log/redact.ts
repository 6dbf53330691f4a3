import { isSecretName } from '../../kernel/secret-names'

const HIDDEN = '[hidden]'

// Each pattern keeps what tells people where the secret was, and hides the secret alone.
const PATTERNS: [RegExp, string][] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g, HIDDEN],
  [/\b(Bearer|Basic)\s+[A-Za-z0-9+/=_.~-]{4,}/gi, `$1 ${HIDDEN}`],
  [/\bk8s-aws-v1\.[A-Za-z0-9_-]+/g, HIDDEN],
  [/\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]*)?/g, HIDDEN],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{12,}/g, HIDDEN],
  [
    /([?&](?:X-Amz-(?:Signature|Credential|Security-Token)|token|access_token|id_token|code|sig|signature)=)[^&\s"']+/gi,
    `$1${HIDDEN}`,
  ],
  [
    /(\b(?:token|password|client-key-data|client-certificate-data|id-token|refresh-token|secret|authorization|aws_secret_access_key|aws_session_token)["']?\s*[:=]\s*["']?)(?!\[hidden\]|Bearer |Basic )[^\s"',;}]{3,}/gi,
    `$1${HIDDEN}`,
  ],
  [/(\w+:\/\/[^\s:/@]+:)[^\s@/]+@/g, `$1${HIDDEN}@`],
  [/(https?:\/\/)[^\s:/@"']+@/gi, `$1${HIDDEN}@`],
]

/** The text without tokens, passwords, keys and signatures of presigned addresses. */
export const redactText = (text: string): string =>
  PATTERNS.reduce((shown, [pattern, instead]) => shown.replace(pattern, instead), text)

/** Any value without its secrets: fields that are named like one are hidden whole, texts are searched. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value)
  if (typeof value !== 'object' || value === null) return value
  if (depth > 8) return '…'
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1))
  if (value instanceof Error)
    return {
      name: value.name,
      message: redactText(value.message),
      stack: redactText(value.stack ?? ''),
    }
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      isSecretName(name) && inner !== undefined ? HIDDEN : redact(inner, depth + 1),
    ]),
  )
}
