const SECRETS: [RegExp, string][] = [
  [/\b(bearer|basic)\s+[\w.~+/=-]+/gi, '$1 [left out]'],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, '[token left out]'],
  [/\b(AKIA|ASIA)[A-Z0-9]{16}\b/g, '[key left out]'],
  [/-----BEGIN [A-Z ]+-----[\s\S]*?-----END [A-Z ]+-----/g, '[certificate or key left out]'],
  [
    /((?:password|passwd|secret|token|api[_-]?key|authorization)["']?\s*[:=]\s*["']?)[^\s"',;&]+/gi,
    '$1[left out]',
  ],
  [/\b(https?:\/\/)[^\s/@]+@/g, '$1'],
  [/[A-Za-z0-9+/_-]{40,}={0,2}/g, '[long text left out]'],
]
/** Takes what could be a secret out of text that a person may paste into a report. */
export const redact = (text: string): string =>
  SECRETS.reduce((kept, [secret, instead]) => kept.replace(secret, instead), text)
