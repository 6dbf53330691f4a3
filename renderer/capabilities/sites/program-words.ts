import type { CredentialRef, ProgramFile } from '../../../preload/contract/programs'

const some = (n: number, one: string, many: string) => `${n} ${n === 1 ? one : many}`
const listed = (parts: string[]) =>
  parts.length > 1 ? `${parts.slice(0, -1).join(', ')} and ${parts.at(-1) ?? ''}` : (parts[0] ?? '')

/** Every text about programs that sign people in, consents to them, and credentials. */
export const programWords = {
  asking: 'Looking at what would run.',
  command: 'Full command',
  letters: (letters: number, hidden: number) =>
    `${some(letters, 'letter', 'letters')}, ${hidden === 0 ? 'none hidden' : `${some(hidden, 'secret', 'secrets')} shown by length and digest`}`,
  unseen: (n: number) =>
    n === 0
      ? 'No control or direction characters.'
      : `${some(n, 'control or direction character is', 'control or direction characters are')} written out as <U+…>.`,
  variables: 'Variables',
  variablesNote: (n: number) => `with their values, ${n}`,
  loadsCode: (names: string[]) =>
    `${listed(names)} ${names.length === 1 ? 'decides' : 'decide'} which code runs, before the program starts.`,
  files: 'What is read and run',
  roles: { program: 'program', interpreter: 'interpreter', script: 'script' } satisfies Record<
    ProgramFile['role'],
    string
  >,
  lines: (n: number) => some(n, 'line', 'lines'),
  cut: 'It goes on; the hash covers all of it.',
  read: 'Hashed right before it starts and again after: a change stops it and asks again.',
  agreedBefore: (by: string, when: string) => `Agreed by ${by}, ${when}`,
  changed: ({
    words,
    variables,
    files,
    lines,
  }: Record<'words' | 'variables' | 'files' | 'lines', number>) => {
    const parts = [
      ...(words > 0 ? [some(words, 'argument', 'arguments')] : []),
      ...(variables > 0 ? [some(variables, 'variable', 'variables')] : []),
      ...(files > 0 ? [some(files, 'file', 'files')] : []),
      ...(lines > 0 ? [some(lines, 'line', 'lines')] : []),
    ]
    return `It is no longer what you agreed to${parts.length > 0 ? `: ${listed(parts)} ${parts.length === 1 && parts[0]?.startsWith('1 ') ? 'differs' : 'differ'}` : ''}. Until you decide nothing runs.`
  },
  allowed: 'Allowed before, exactly as it is.',
  remembered:
    'Nothing runs before you agree. Your consent is to exactly these bytes; anything else asks again.',

  consents: 'Consents to credential plugins',
  consentsMean: 'nothing runs before you agree; a changed one asks again',
  noConsents: 'None yet. Signing in to a site that needs a program asks here first.',
  revoke: 'Revoke',
  revokeThis: (of: string) => `Revoke the consent for ${of}`,
  agreed: (when: string, by: string) => `agreed ${when} by ${by}`,

  credentials: 'Credentials',
  credentialsMean: 'by reference; what they hold is never shown, copied or exported',
  noCredentials: 'None yet. Connecting a site brings them.',
  columns: {
    of: 'For',
    kind: 'Kind',
    from: 'Where from',
    usedBy: 'Used by',
    ends: 'Ends',
    end: 'Take back',
  },
  kinds: {
    exec: 'exec plugin',
    certificate: 'client certificate',
    token: 'token',
    basic: 'password',
    oidc: 'OpenID Connect',
    eks: 'AWS, token made here',
    password: 'user name and password of an address',
    none: 'none',
  } as Record<string, string>,
  states: {
    held: 'held',
    'not held': 'nothing held',
    ended: 'ended',
    'waits for consent': 'waits for your consent',
  } satisfies Record<CredentialRef['state'], string>,
  renews: 'renews itself',
  forget: 'Forget',
  forgetThis: (of: string) => `Forget what signs in to ${of}`,
  seeConsent: 'See consent',
}
