import type { Clock } from '../../../kernel/clock'
import { succeed } from '../../../kernel/outcome'
import { askAws, EKS_TOKEN_MS, eksToken, type Aws } from '../../../platform/aws'
import type { Identity } from '../broker'
import { digest } from './file-identity'

export interface EksRef {
  profile: string
  region: string
  cluster: string
  server: string
}

/** A token for an EKS cluster, made here from the credentials of an AWS profile; good for a quarter of an hour. */
export function eksIdentity(
  site: string,
  { profile, region, cluster, server }: EksRef,
  { aws, clock }: { aws: Aws; clock: Clock },
): Identity {
  return {
    key: digest('eks', server, cluster, profile, region),
    name: `AWS profile ${profile}`,
    mayPrompt: false,
    renewable: true,
    drop: () => aws.profiles.drop(profile),
    async obtain() {
      const credentials = await askAws(async () => aws.credentialsOf(profile)(), {
        profile,
        region,
        service: 'STS',
        action: 'sign in',
      })
      if (!credentials.ok)
        return credentials.failure.code === 'SIGN_IN_NEEDED'
          ? {
              ok: false,
              failure: { ...credentials.failure, data: { ...credentials.failure.data, site } },
            }
          : credentials
      const now = clock.now()
      const token = await eksToken({ cluster, region, credentials: credentials.value, now })
      // Keys that end sooner take the token with them.
      return succeed({
        credential: { authorization: `Bearer ${token}` },
        until: Math.min(now + EKS_TOKEN_MS, credentials.value.expiration?.getTime() ?? Infinity),
      })
    },
  }
}
