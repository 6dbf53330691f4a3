import type { DirectoryState, MemberCheck } from '../../../preload/contract/people'

/** Every text about people and their directory. */
export const words = {
  people: 'People', add: 'Add', change: 'Change who works here', plan: (count: number) => (count === 1 ? 'Preview adding them' : `Preview adding ${count}`), remove: 'Remove', role: 'Role', kind: 'Kind', roleOf: (name: string) => `Role of ${name}`,
  removeOne: (name: string) => `Remove ${name}`, takeBack: (name: string) => `Do not add ${name}`, search: 'Name, account or mail', owner: 'owner', group: 'group', groupOf: (count: number) => `group of ${count}`,
  suggestions: 'Found in the directory', noneFound: (text: string) => `Nobody is found by "${text}". It can be added as typed.`, more: 'There are more: type another letter.', simulated: 'simulated', off: 'switched off',
  left: (count: number) => (count === 1 ? '1 left the directory' : `${count} left the directory`), state: { active: '', left: 'left', disabled: 'switched off', unknown: 'not checked' } satisfies Record<MemberCheck['state'], string>,
  close: 'Close', settingsLink: 'Choose a directory in Settings', signInLink: 'Sign in to the directory', notChecked: 'Members are shown as written; no directory was asked.', asTyped: 'as typed',
  directory: 'Directory of people', directoryMeans: 'where members of projects are searched', kindOfDirectory: 'From', kinds: { none: 'None', ldap: 'LDAP or AD', 'sign-in': 'My own sign-in' },
  url: 'Address', startTls: 'StartTLS', startTlsSays: 'encrypts before anything is said', caFile: 'Authority file', caFileSays: 'PEM; only where the system does not trust the server', flavour: 'Server', flavours: { 'active-directory': 'Active Directory', openldap: 'OpenLDAP or other' },
  baseDn: 'Search below', bindName: 'You sign in as', bindNameSays: 'you@company.example in Active Directory, else your whole DN', userAttribute: 'Account name', userAttributeSays: 'the attribute that the cluster takes as your name; empty takes the usual one', userPrefix: 'Prefix of people', groupPrefix: 'Prefix of groups', prefixSays: 'what the cluster puts before names, such as oidc:',
  save: 'Save', password: 'Password', keep: 'Keep it on this machine, encrypted', cannotKeep: 'This machine cannot encrypt it, so it is forgotten when Takt closes.', signIn: 'Sign in', signOut: 'Forget the password', kept: { vault: 'The password is kept encrypted.', memory: 'The password is in memory until Takt closes.', none: '' } satisfies Record<DirectoryState['password'], string>,
  roles: ['lead', 'engineer', 'analyst'] as const,
}
