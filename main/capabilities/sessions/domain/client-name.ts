// Every Chromium says Chrome and Safari too, so the more particular names come first.
const BROWSERS: readonly (readonly [token: RegExp, name: string])[] = [
  [/\bEdg\/(\d+)/, 'Edge'],
  [/\bOPR\/(\d+)/, 'Opera'],
  [/\bFirefox\/(\d+)/, 'Firefox'],
  [/\b(?:Headless)?Chrome\/(\d+)/, 'Chromium'],
  [/\bVersion\/(\d+)[\d.]* .*Safari\//, 'Safari'],
]
const LONGEST = 40

/** What people call the browser behind a User-Agent header; the beginning of the header itself where it is none they know. */
export function clientName(userAgent: string | undefined): string {
  for (const [token, name] of BROWSERS) {
    const version = token.exec(userAgent ?? '')?.[1]
    if (version !== undefined) return `${name} ${version}`
  }
  const plain = (userAgent ?? '').replaceAll(/[^\x20-\x7e]/g, '').trim()
  return plain === '' ? 'a program without a name' : plain.slice(0, LONGEST)
}
