import type { DocumentOptions, ParseOptions, ScalarTag, SchemaOptions, ToStringOptions } from 'yaml'

const INT64_LEAST = -(2n ** 63n)
const UINT64_MOST = 2n ** 64n - 1n
const scalar = (kind: string, tag: Omit<ScalarTag, 'tag' | 'default'>): ScalarTag => ({
  ...tag,
  tag: `tag:yaml.org,2002:${kind}`,
  default: true,
})

/** A whole number as Go's `strconv.ParseInt` with base 0 reads it: a leading 0 is octal. */
function wholeOf(text: string): bigint {
  const plain = text.replaceAll('_', '').replace(/^[-+]/, '').toLowerCase()
  const size = BigInt(/^0[0-7]+$/.test(plain) ? `0o${plain}` : plain)
  return text.startsWith('-') ? -size : size
}
/** A double where it is exact; beyond 64 bits Go's reader takes a double, too. */
function numberOf(whole: bigint): number | bigint {
  const double = Number(whole)
  return Number.isSafeInteger(double) || whole < INT64_LEAST || whole > UINT64_MOST ? double : whole
}
const written = ({ value }: { value: unknown }) => String(value)

const nothing = scalar('null', {
  identify: (value: unknown) => value === null || value === undefined,
  test: /^(?:~|[Nn]ull|NULL)?$/,
  resolve: () => null,
  stringify: () => 'null',
})
const bool = scalar('bool', {
  identify: (value: unknown) => typeof value === 'boolean',
  test: /^(?:[Yy]|[Yy]es|YES|[Nn]|[Nn]o|NO|[Tt]rue|TRUE|[Ff]alse|FALSE|[Oo]n|ON|[Oo]ff|OFF)$/,
  resolve: (text: string) => /^(?:y|t|on)/i.test(text),
  stringify: written,
})
const int = scalar('int', {
  identify: (value: unknown) => typeof value === 'bigint' || Number.isInteger(value),
  test: /^[-+]?(?:0_*[xX][0-9a-fA-F_]*[0-9a-fA-F][0-9a-fA-F_]*|0_*[bB][01_]*[01][01_]*|0_*[oO][0-7_]*[0-7][0-7_]*|0[0-7_]*|[1-9][0-9_]*)$/,
  resolve: (text: string) => numberOf(wholeOf(text)),
  stringify: written,
})
const float = scalar('float', {
  identify: (value: unknown) => typeof value === 'number',
  test: /^(?:[-+]?(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9]+)(?:[eE][-+]?[0-9_]*[0-9]_*)?)$/,
  resolve: (text: string) => Number(text.replaceAll('_', '')),
  stringify: written,
})
const endless = scalar('float', {
  test: /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/,
  resolve: (text: string, onError: (says: string) => void) => {
    onError(`${text} is no number that a cluster can keep`)
    return text
  },
})

/**
 * YAML as `sigs.k8s.io/yaml`, and so kubectl, reads it: the words and numbers of YAML 1.1, while times and dates stay text.
 * Whole numbers that a double cannot hold are bigints.
 */
export const READING = {
  schema: 'failsafe',
  customTags: (tags) => [...tags, nothing, bool, int, float, endless],
  merge: true,
  logLevel: 'error',
} satisfies ParseOptions & DocumentOptions & SchemaOptions

/** Whatever any reader of YAML 1.1 or 1.2 would take for something else than text is quoted. */
export const WRITING = {
  schema: 'failsafe',
  customTags: READING.customTags,
  compat: 'yaml-1.1',
  lineWidth: 0,
} satisfies DocumentOptions & SchemaOptions & ToStringOptions
