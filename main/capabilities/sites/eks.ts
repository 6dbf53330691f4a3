import { failure } from '../../../preload/contract/failures'
import type { ProgramToRun } from '../../../preload/contract/programs'
import type { AwsProfile } from '../../../preload/contract/sites'
import type { Clock } from '../../kernel/clock'
import type { Outcome } from '../../kernel/outcome'
import { fail, succeed } from '../../kernel/outcome'
import {
  askAws,
  chainOf,
  isSignedIn,
  kindOf,
  readToken,
  type Aws,
  type Profile,
} from '../../platform/aws'
import { boundOfPages } from '../../platform/network'
import type { AddedSites } from './added'
import type { ProcessPlugins } from './adapters/process-plugins'

/** Regions that have EKS and GPUs, offered before any account was asked. */
const REGIONS = [
  'us-east-1',
  'us-east-2',
  'us-west-2',
  'ca-central-1',
  'eu-central-1',
  'eu-north-1',
  'eu-west-1',
  'eu-west-2',
  'eu-west-3',
  'eu-south-1',
  'ap-northeast-1',
  'ap-northeast-2',
  'ap-south-1',
  'ap-southeast-1',
  'ap-southeast-2',
  'sa-east-1',
]
const PAGE = 100
const FIRST_REGION = 'eu-north-1'

export interface EksPorts {
  aws: Aws
  added: AddedSites
  clock: Clock
  processes: ProcessPlugins
  taken(): string[]
}
interface Place {
  profile: string
  region: string
}

/** EKS without the AWS command line: whose profiles there are, which clusters they see, and one of them kept as a site. */
export function makeEks({ aws, added, clock, processes, taken }: EksPorts) {
  // A cluster of an account on this machine is the site that it is there: added beside it, its machines would be counted twice.
  const localSite = ({ profile, region }: Place, name: string) =>
    aws.profiles.local().find((one) => one.profile === profile && one.region === region)?.siteOf?.[
      name
    ]
  const siteOf = (place: Place & { account: string }, name: string) =>
    localSite(place, name) ??
    addedSite(added, arnOf(place.region, place.account, name), place.profile)
  return {
    async profiles(): Promise<{ profiles: AwsProfile[]; regions: string[] }> {
      const known = await aws.profiles.list()
      const local = aws.profiles.local().map(({ profile, region }): AwsProfile => ({
        name: profile,
        kind: 'keys',
        region,
        from: [],
        says: 'simulated',
      }))
      const named = await Promise.all(
        [...known.values()]
          .filter(({ name }) => !local.some((one) => one.name === name))
          .map(async (profile) => describe(profile, known, { clock, processes })),
      )
      const ambient = aws.profiles.ambient().map(({ name, kind }): AwsProfile => ({
        name,
        kind,
        from: [],
        ...(aws.profiles.region(name) !== undefined && { region: aws.profiles.region(name) }),
      }))
      const regions = [
        ...new Set(
          [...local, ...named, ...ambient]
            .flatMap(({ region }) => region ?? [])
            .concat(aws.profiles.region('') ?? FIRST_REGION, REGIONS),
        ),
      ]
      return {
        profiles: [...local, ...ambient, ...named.sort((a, b) => a.name.localeCompare(b.name))],
        regions,
      }
    },
    /** Exactly what signing in with a profile would run; undefined where it runs nothing. */
    async programOf(name: string): Promise<ProgramToRun | undefined> {
      const known = await aws.profiles.list()
      const profile = known.get(name)
      const from = profile && chainOf(known, name)
      const command = from && commandOf([profile, ...from.flatMap((one) => known.get(one) ?? [])])
      return command === undefined ? undefined : processes.describe(name, command)
    },
    /** As whom the profile asks, and every cluster it may list in the region. */
    async clusters(
      { consentToHash, profile, region }: Place & { consentToHash?: string | undefined },
      signal?: AbortSignal,
    ): Promise<
      Outcome<{ account: string; arn: string; clusters: { name: string; site?: string }[] }>
    > {
      const consented = await processes.consent(consentToHash)
      if (!consented.ok) return consented
      const clients = aws.clients({ profile, region })
      const { GetCallerIdentityCommand } = await import('@aws-sdk/client-sts')
      const me = await askAws(
        async () => (await clients.sts()).send(new GetCallerIdentityCommand({}), options(signal)),
        { profile, region, service: 'STS', action: 'GetCallerIdentity' },
        signal,
      )
      if (!me.ok) return me
      const { ListClustersCommand } = await import('@aws-sdk/client-eks')
      const names: string[] = []
      const count = boundOfPages()
      for (
        let token: string | undefined, first = true;
        first || token !== undefined;
        first = false
      ) {
        const next = token
        const page = await askAws(
          async () => {
            count(next)
            return (await clients.eks()).send(
              new ListClustersCommand({ maxResults: PAGE, nextToken: next }),
              options(signal),
            )
          },
          { profile, region, service: 'EKS', action: 'ListClusters' },
          signal,
        )
        if (!page.ok) return page
        names.push(...(page.value.clusters ?? []))
        token = page.value.nextToken
      }
      const { Account: account = '', Arn: arn = '' } = me.value
      return succeed({
        account,
        arn,
        clusters: names.sort().map((name) => {
          const site = siteOf({ profile, region, account }, name)
          return { name, ...(site !== undefined && { site }) }
        }),
      })
    },
    /** Reads where a cluster is and whom to trust, and keeps that as a site. */
    async add(
      { profile, region, cluster: name }: Place & { cluster: string },
      signal?: AbortSignal,
    ): Promise<Outcome<{ site: string }>> {
      const there = localSite({ profile, region }, name)
      if (there !== undefined) return succeed({ site: there })
      const { DescribeClusterCommand } = await import('@aws-sdk/client-eks')
      const described = await askAws(
        async () =>
          (await aws.clients({ profile, region }).eks()).send(
            new DescribeClusterCommand({ name }),
            options(signal),
          ),
        { profile, region, service: 'EKS', action: 'DescribeCluster' },
        signal,
      )
      if (!described.ok) return described
      const { endpoint, certificateAuthority, arn, status } = described.value.cluster ?? {}
      if (!endpoint)
        return fail(
          failure('AWS_FAILED', {
            profile,
            region,
            service: 'EKS',
            error: 'no address',
            says: `${name} is ${status?.toLowerCase() ?? 'not described'} and has no address yet`,
          }),
        )
      const ca = certificateAuthority?.data
        ? Buffer.from(certificateAuthority.data, 'base64').toString()
        : undefined
      const site = added.add(
        {
          kind: 'eks',
          name,
          server: endpoint,
          profile,
          region,
          cluster: name,
          arn: arn ?? arnOf(region, '', name),
          ...(ca !== undefined && { ca }),
        },
        taken(),
      )
      return site.ok ? succeed({ site: site.value.id }) : site
    },
  }
}
export type Eks = ReturnType<typeof makeEks>
const addedSite = (added: AddedSites, arn: string, profile: string) =>
  added.all().find((site) => site.kind === 'eks' && site.arn === arn && site.profile === profile)
    ?.id

const options = (signal: AbortSignal | undefined) => (signal ? { abortSignal: signal } : {})
const arnOf = (region: string, account: string, name: string) =>
  `arn:${region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws'}:eks:${region}:${account}:cluster/${name}`

async function describe(
  profile: Profile,
  known: ReadonlyMap<string, Profile>,
  { clock, processes }: Pick<EksPorts, 'clock' | 'processes'>,
): Promise<AwsProfile> {
  const { name, values } = profile
  const from = chainOf(known, name)
  if (from === undefined)
    return { name, kind: 'unusable', from: [], says: 'its chain of roles leads back to itself' }
  const roots = [profile, ...from.flatMap((one) => known.get(one) ?? [])]
  const sso = roots.find((root) => root.sso && kindOf(root) === 'sso')?.sso
  const command = commandOf(roots)
  return {
    name,
    kind: kindOf(profile),
    from,
    ...facts(values),
    ...(sso && { identity: sso.id, signedIn: isSignedIn(await readToken(sso), clock.now()) }),
    ...(command !== undefined && { plugin: processes.state(name, command) }),
  }
}
const commandOf = (roots: readonly Profile[]) =>
  roots.map((root) => root.values['credential_process']).find((one) => one !== undefined)
function facts(values: Profile['values']): Pick<AwsProfile, 'region' | 'account' | 'role'> {
  const role = values['role_arn']?.split('/').at(-1) ?? values['sso_role_name']
  return {
    ...(values['region'] && { region: values['region'] }),
    ...(values['sso_account_id'] && { account: values['sso_account_id'] }),
    ...(role && { role }),
  }
}
