import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { entry, Place, Timestamp } from './common'
import { refusingUserinfo } from './addresses'
import { FailureRecord } from './failures'
import { line, webAddress } from './inputs'
import { PermissionCheck, Plan } from './operations'
import { MembersGroup } from './people'
import { plantSites } from './plant-sites'
import { CredentialRef, ProgramConsent, ProgramToRun } from './programs'

export const SiteState = z.object({
  id: z.string(),
  name: z.string(),
  place: Place,
  meta: z.string().describe('Region or kind, in a word'),
  simulated: z.boolean(),
  speed: z.number().optional().describe('Simulated seconds per second'),
  state: z.enum(['idle', 'connecting', 'live', 'stale', 'failed']),
  home: z.boolean(),
  server: z.string().optional(),
  unchecked: z.boolean().optional().describe('The certificate of the server is not checked'),
  user: z.string().optional(),
  asOf: Timestamp.optional().describe('Last word from the site, on its own clock'),
  failure: FailureRecord.optional(),
  source: z
    .enum(['kubeconfig', 'eks', 'oidc', 'plant'])
    .optional()
    .describe('Where the site is known from; one that was added here can be removed here'),
  groups: z
    .array(z.string())
    .optional()
    .describe('Groups of the signed-in person, as the server knows them'),
  identity: z
    .object({ name: z.string(), kind: z.enum(['aws-sso', 'oidc']) })
    .optional()
    .describe('What a person can sign in to from here'),
  prepared: z.enum(['yes', 'no', 'unknown']),
  version: z.string().optional(),
  offers: z.array(z.string()).describe('Optional APIs present: notebooks, snapshots, kueue, …'),
})
export type SiteState = z.infer<typeof SiteState>
/** A context found in a kubeconfig. Nothing of it has been opened or run. */
export const FoundContext = z.object({
  id: z.string(),
  context: z.string(),
  cluster: z.string(),
  user: z.string(),
  server: z.string(),
  unchecked: SiteState.shape.unchecked,
  file: z.string(),
  auth: z.enum(['certificate', 'token', 'exec', 'oidc', 'basic', 'none']),
  plugin: z.object({ command: z.string(), hash: z.string(), allowed: z.boolean() }).optional(),
})
export type FoundContext = z.infer<typeof FoundContext>
/** Which contexts are asked for: there may be very many. */
export const ContextPage = z
  .object({
    id: z.string().max(500).optional().describe('This one alone'),
    filter: z.string().max(300).default('').describe('Part of a name, server, user or file'),
    offset: z.int().min(0).default(0),
    limit: z.int().min(0).max(1000).default(100),
  })
  .prefault({})
export const FoundContexts = z.object({
  contexts: z.array(FoundContext).describe('Those of the page that was asked for'),
  unreadable: z.array(FailureRecord),
  matched: z.int().describe('How many match the filter'),
  total: z.int().describe('How many there are'),
  files: z.array(z.string()).describe('The files they are from'),
  reading: z.boolean().describe('Whether files are still being read'),
})
export type FoundContexts = z.infer<typeof FoundContexts>
/** An AWS profile of this machine. Nothing of it has been opened or run, and it names no key. */
export const AwsProfile = z.object({
  name: z.string(),
  kind: z.enum([
    'keys',
    'sso',
    'role',
    'web-identity',
    'process',
    'login',
    'environment',
    'instance',
    'unusable',
  ]),
  region: z.string().optional(),
  account: z.string().optional(),
  role: z.string().optional(),
  from: z.array(z.string()).describe('The chain of profiles that a role is assumed from'),
  says: z.string().optional(),
  signedIn: z.boolean().optional().describe('For SSO: whether the cached session has not ended'),
  identity: z.string().optional(),
  plugin: z.object({ command: z.string(), hash: z.string(), allowed: z.boolean() }).optional(),
})
export type AwsProfile = z.infer<typeof AwsProfile>
export const EksCluster = z.object({
  name: z.string(),
  site: z.string().optional().describe('The site it was added as'),
})
/** A sign-in that waits for a person, or how it ended. */
export const SignIn = z.object({
  identity: z.string(),
  kind: z.enum(['aws-sso', 'oidc']),
  how: z.enum(['device', 'browser']),
  state: z.enum(['starting', 'waiting', 'done', 'failed', 'cancelled']),
  address: z.string().optional().describe('What to open in a browser'),
  code: z.string().optional().describe('What to type or compare there'),
  expiresAt: Timestamp.optional(),
  failure: FailureRecord.optional(),
})
export type SignIn = z.infer<typeof SignIn>
const AwsPlace = z.object({
  profile: z.string().min(1).max(200),
  region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'a region such as eu-north-1'),
})
/** An address that nobody signs in to by what stands in it. */
const plainAddress = (such: string) =>
  refusingUserinfo(webAddress({ protocol: /^https?$/, such }), 'they are asked for at the sign-in')
const SiteId = z.object({ site: z.string().min(1).max(500) })

const PEM_SAYS = 'certificates in PEM, which begin with -----BEGIN CERTIFICATE-----'
const CaPem = z
  .string()
  .trim()
  .max(100_000, PEM_SAYS)
  .regex(/^(-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----)?$/, PEM_SAYS)
/** A cluster that takes the tokens of an OpenID issuer, as people add one. */
export const OidcSite = z.object({
  name: line({ most: 100, such: 'edge-bergen' }),
  server: plainAddress('https://10.4.0.2:6443'),
  ca: CaPem.optional(),
  issuer: plainAddress('https://login.company.example'),
  clientId: line({ most: 500, such: 'kubernetes' }),
  scopes: z
    .array(line({ most: 200, such: 'groups' }))
    .max(20)
    .default([]),
  proxy: z.string().max(1000).optional(),
  redirect: refusingUserinfo(
    webAddress({
      protocol: /^http$/,
      hostname: /^(127\.0\.0\.1|localhost)$/,
      such: 'http://localhost:8000/',
    }),
    'the browser is sent there',
  )
    .optional()
    .describe(
      'The exact address on this machine that the issuer sends back to, where it wants one',
    ),
})
export const sites = {
  watch: entry
    .meta({
      says: 'Every site that is connected, added or simulated with its state and age, and the first 100 contexts that nobody connected; whole again after each change.',
    })
    .output(eventIterator(z.array(SiteState))),
  contexts: entry
    .meta({
      says: 'Contexts found in the kubeconfig files, a page of them, and what cannot be used, once all files have been read. Opens no connection, runs no plugin.',
    })
    .input(ContextPage)
    .output(FoundContexts),
  watchContexts: entry
    .meta({
      says: 'The same as they are read and after each change of a file.',
    })
    .input(ContextPage)
    .output(eventIterator(FoundContexts)),
  connect: entry
    .meta({
      says: 'Connects a site; a credential plugin runs only when its hash is consented to here or was before.',
    })
    .input(SiteId.extend({ consentToHash: z.string().optional() }))
    .output(z.object({})),
  program: entry
    .meta({
      says: 'Exactly what signing in to a site or with an AWS profile would run: words, variables, files by hash, scripts line by line. Runs nothing.',
    })
    .input(z.union([SiteId, z.object({ profile: z.string().min(1).max(200) })]))
    .output(ProgramToRun),
  consents: entry
    .meta({ says: 'Programs that were allowed to run, as they were then, by whom and when.' })
    .output(z.array(ProgramConsent)),
  revokeConsent: entry
    .meta({
      says: 'Ends a consent: sites it signed in are let go, and its program is asked for again.',
    })
    .input(z.object({ hash: z.string().min(1).max(200) }))
    .output(z.object({})),
  credentials: entry
    .meta({
      says: 'What signs this person in, by reference: where from, for what, until when. Never what it holds.',
    })
    .output(z.array(CredentialRef)),
  endCredential: entry
    .meta({
      says: 'Forgets what a credential holds, in memory and in the vault; sites that use it are let go.',
    })
    .input(z.object({ id: z.string().min(1).max(1000) }))
    .output(z.object({})),
  awsProfiles: entry
    .meta({
      says: 'AWS profiles of this machine with how each signs in. Opens no connection, runs no program.',
    })
    .output(z.object({ profiles: z.array(AwsProfile), regions: z.array(z.string()) })),
  eksClusters: entry
    .meta({ says: 'The EKS clusters of an account and region, and as whom they were listed.' })
    .input(AwsPlace.extend({ consentToHash: z.string().optional() }))
    .output(z.object({ account: z.string(), arn: z.string(), clusters: z.array(EksCluster) })),
  addEks: entry
    .meta({
      says: 'Describes an EKS cluster and keeps its server and authority as a site; no secret is kept.',
    })
    .input(AwsPlace.extend({ cluster: z.string().min(1).max(100) }))
    .output(z.object({ site: z.string() })),
  addOidc: entry
    .meta({ says: 'Keeps a cluster that is signed in to with OpenID Connect as a site.' })
    .input(OidcSite)
    .output(z.object({ site: z.string() })),
  remove: entry
    .meta({ says: 'Forgets a site that was added here. Nothing is changed on the cluster.' })
    .input(SiteId)
    .output(z.object({})),
  signIn: entry
    .meta({
      says: 'Begins the sign-in of an identity, or joins the one under way; the browser or device part is told by signIns.',
    })
    .input(
      z.object({
        identity: z.string().min(1).max(1000),
        how: z.enum(['device', 'browser']).default('browser'),
      }),
    )
    .output(SignIn),
  cancelSignIn: entry
    .meta({ says: 'Gives up a sign-in under way.' })
    .input(z.object({ identity: z.string().min(1).max(1000) }))
    .output(z.object({})),
  signIns: entry
    .meta({
      says: 'Sign-ins under way and how the last ones ended, whole again after each change.',
    })
    .output(eventIterator(z.array(SignIn))),
  signOut: entry
    .meta({ says: 'Forgets what an identity was signed in with, in memory and in the vault.' })
    .input(z.object({ identity: z.string().min(1).max(1000) }))
    .output(z.object({})),
  here: entry
    .meta({
      says: 'Says that somebody is at the screen, or that it was locked: nothing that may open a browser runs while nobody is.',
    })
    .input(
      z.object({
        locked: z
          .boolean()
          .optional()
          .describe('Told by the desktop alone; who only moved leaves a locked screen locked'),
      }),
    )
    .output(z.object({})),
  disconnect: entry
    .meta({ says: 'Closes every connection to a site and forgets its credentials in memory.' })
    .input(SiteId)
    .output(z.object({})),
  makeHome: entry
    .meta({ says: 'Chooses the on-prem site that holds the shared records.' })
    .input(SiteId)
    .output(z.object({})),
  ...plantSites,
  review: entry
    .meta({
      says: 'Whether the signed-in person may do each of these; an incomplete answer is unknown, never yes.',
    })
    .input(
      SiteId.extend({
        asks: z
          .array(
            z.object({
              verb: z.string(),
              group: z.string(),
              resource: z.string(),
              namespace: z.string().optional(),
              name: z.string().optional(),
              subresource: z.string().optional(),
            }),
          )
          .max(100),
      }),
    )
    .output(z.array(PermissionCheck)),
  planPrepare: entry
    .meta({
      says: 'What "Prepare this cluster" would install: resource definitions, roles, price book; as a dry-run diff and as YAML.',
    })
    .input(SiteId.extend({ members: MembersGroup.optional() }))
    .output(Plan),
}
