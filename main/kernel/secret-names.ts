const CAMEL = /([a-z0-9])([A-Z])/g
const SECRET_FIELD =
  /(^|[-_.])(token|password|passwd|secret|authorization|cookie|client-?key(-?data)?|private-?key|access-?key|session-?token|id-?token|refresh-?token|bearer)($|[-_.])/i
// A name that ends like this holds a secret itself; one that goes on (token-cache-storage, PASSWORD_FILE) says something about it.
const SECRET_END =
  /(^|-)(token|password|passwd|pass|passphrase|secret|secret-?access-?key|access-?key(-?id)?|api-?key|private-?key|client-?key(-?data)?|authorization|cookie|bearer|credentials?|pat)$/i

/** Whether a field of this name is hidden from logs. */
export const isSecretName = (name: string): boolean =>
  SECRET_FIELD.test(name.replace(CAMEL, '$1-$2'))
/** Whether the value of an option or variable of this name is itself a secret. */
export const holdsSecret = (name: string): boolean =>
  SECRET_END.test(name.replace(CAMEL, '$1-$2').replace(/[_.]/g, '-'))

const FORMS =
  /^(eyJ[\w-]{8,}\.[\w-]+(\.[\w-]*)?|(AKIA|ASIA)[A-Z0-9]{12,}|k8s-aws-v1\.[\w-]+|gh[opsur]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{20,}|xox[abeprs]-[\w-]{10,}|sk-[\w-]{20,}|hv[sb]\.[\w-]{20,})$/
/** Whether a value has the form of a token or key: one of a known maker, or long and mixed as only chance makes them. */
export const isShapedLikeSecret = (value: string): boolean =>
  FORMS.test(value) ||
  (/^[\w+/=-]{32,}$/.test(value) &&
    /[a-z]/.test(value) &&
    /[A-Z]/.test(value) &&
    (value.match(/\d/g)?.length ?? 0) >= 3 &&
    !/[a-z]{8,}|[A-Z]{8,}/.test(value))

/** A text with every token of a known maker in it replaced; what no maker's form has stays, since a shell may run it. */
export const withoutTokens = (text: string, instead: (token: string) => string): string =>
  text.replace(/[\w.+=~-]{12,}/g, (run) => (FORMS.test(run) ? instead(run) : run))
