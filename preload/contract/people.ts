import { z } from 'zod'
import { entry, Name, Role, Subject } from './common'
import { line } from './inputs'
import { Plan } from './operations'
import { Member } from './records/project'

/** A directory that is asked over LDAP. A password is never part of it. */
export const LdapDirectory = z.object({
  kind: z.literal('ldap'),
  url: z
    .string()
    .trim()
    .max(300, 'an address such as ldaps://directory.company.example')
    .regex(
      /^ldaps?:\/\/[^\s/@]+\/?$/i,
      'an address without a password, such as ldaps://directory.company.example',
    ),
  startTls: z
    .boolean()
    .default(true)
    .describe(
      'Encrypts an ldap:// connection before anything is said; ldaps:// is encrypted from the start',
    ),
  caFile: line({ most: 500, such: '/etc/ssl/company-ca.pem' })
    .optional()
    .describe("Certificate authorities (PEM) to trust beside the system's"),
  flavour: z.enum(['active-directory', 'openldap']),
  baseDn: line({ most: 500, such: 'dc=company,dc=example' }),
  bindName: line({ most: 500, such: 'lena.ofori@company.example' }),
  userAttribute: z
    .string()
    .trim()
    .regex(/^[a-zA-Z][\w-]{0,59}$/, 'an attribute such as sAMAccountName')
    .optional()
    .describe('What the cluster calls a person: uid, sAMAccountName, userPrincipalName or mail'),
  groupAttribute: z
    .string()
    .max(60)
    .regex(/^[a-zA-Z][\w-]*$/, 'an attribute such as sAMAccountName')
    .optional(),
  userPrefix: line({ most: 60, such: 'oidc:', optional: true })
    .default('')
    .describe("What the cluster puts before each person's name, such as oidc:"),
  groupPrefix: line({ most: 60, such: 'oidc:', optional: true }).default(''),
})
/** The group of everybody who uses Takt. One that the cluster itself gives to everybody would let in every pod as well. */
export const MembersGroup = line({ most: 253, such: 'takt-members' }).refine(
  (name) => !name.startsWith('system:'),
  'a group of the directory, such as takt-members',
)
/** What a person or group is called where people are added. */
export const MemberName = line({ most: 253, such: 'mara.lind' })
/** Where people and groups are looked up. A password is never part of it. */
export const DirectorySettings = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('none') }),
  LdapDirectory,
  z
    .object({ kind: z.literal('sign-in') })
    .describe(
      'Only what the API server of the home site reads from your own sign-in: you and your groups',
    ),
])
export type DirectorySettings = z.infer<typeof DirectorySettings>
export type LdapSettings = Extract<DirectorySettings, { kind: 'ldap' }>

export const DirectoryState = z.object({
  settings: DirectorySettings,
  title: z.string(),
  says: z.string(),
  simulated: z.boolean(),
  /** ready: it can be searched; signed-out: a password is needed first; none: nothing is set and no simulated site is home. */
  state: z.enum(['ready', 'signed-out', 'none']),
  password: z.enum(['vault', 'memory', 'none']).describe('Where the password is kept'),
  canKeep: z.boolean().describe('Whether this machine can keep one encrypted'),
  /** Whether everybody can be looked up: otherwise who is missing here may well be in the company. */
  complete: z.boolean(),
})
export type DirectoryState = z.infer<typeof DirectoryState>

/** A person or group of the directory, under the name the cluster knows. */
export const DirectoryEntry = Subject.extend({
  id: z.string().describe('What the directory calls it'),
  title: z.string(),
  mail: z.string().optional(),
  department: z.string().optional(),
  active: z.boolean().describe('false for an account that was switched off'),
  members: z.number().int().optional(),
})
export type DirectoryEntry = z.infer<typeof DirectoryEntry>

/** One right in a project's namespace that its members do not explain: somebody gave it beside Takt. */
export const OutsideBinding = z.object({
  binding: z.string().describe('Name of the RoleBinding'),
  role: z.string().describe('What it gives, such as ClusterRole edit'),
  kind: z.string().describe('User, Group or ServiceAccount'),
  name: z.string().describe('A service account with its namespace, as NAMESPACE/NAME'),
})
export type OutsideBinding = z.infer<typeof OutsideBinding>

/** A member of a project as the directory sees them now. */
export const MemberCheck = Member.extend({
  owner: z.boolean(),
  state: z.enum(['active', 'left', 'disabled', 'unknown']),
  entry: DirectoryEntry.optional(),
  says: z.string(),
})
export type MemberCheck = z.infer<typeof MemberCheck>
export const MemberChange = Subject.extend({
  role: Role.optional().describe('The new role; absent to remove'),
})
export type MemberChange = z.infer<typeof MemberChange>

/** The people and groups of the company directory. */
export const people = {
  directory: entry
    .meta({ says: 'Where people are looked up, and whether somebody is signed in there.' })
    .output(DirectoryState),
  setDirectory: entry
    .meta({
      says: 'Chooses where people are looked up; a password kept for another place is forgotten.',
    })
    .input(DirectorySettings)
    .output(DirectoryState),
  signIn: entry
    .meta({
      says: 'Signs in to the directory as yourself; the password stays in memory, or in the vault of this machine where that is asked for.',
    })
    .input(
      z.object({
        password: z.string().min(1, 'the password').max(1000),
        keep: z.boolean().default(false),
      }),
    )
    .output(DirectoryState),
  signOut: entry.meta({ says: 'Forgets the password of the directory.' }).output(DirectoryState),
  search: entry
    .meta({
      says: 'People and groups whose name, account or mail begins with the text, the nearest first.',
    })
    .input(
      z.object({
        text: z.string().trim().min(1, 'at least one letter').max(100),
        kind: z.enum(['User', 'Group']).optional(),
        limit: z.number().int().min(1).max(200).default(20),
      }),
    )
    .output(
      z.object({ entries: z.array(DirectoryEntry), more: z.boolean(), simulated: z.boolean() }),
    ),
  groupMembers: entry
    .meta({ says: 'The people of a group, those of the groups in it included.' })
    .input(z.object({ name: z.string().min(1).max(253) }))
    .output(z.object({ people: z.array(DirectoryEntry), more: z.boolean() })),
  check: entry
    .meta({
      says: 'The members of a project against the directory: who is there, who was switched off, who left.',
    })
    .input(z.object({ project: Name }))
    .output(
      z.object({ members: z.array(MemberCheck), simulated: z.boolean(), complete: z.boolean() }),
    ),
  outside: entry
    .meta({
      says: 'Who is bound in the namespace of a project by something other than its members: which binding, which role, to whom.',
    })
    .input(z.object({ project: Name }))
    .output(z.object({ bound: z.array(OutsideBinding), more: z.number().int() })),
  planMembers: entry
    .meta({
      says: 'What adding, moving or removing members would change: the project and the subjects of its role bindings.',
    })
    .input(z.object({ project: Name, changes: z.array(MemberChange).min(1).max(100) }))
    .output(Plan),
}
