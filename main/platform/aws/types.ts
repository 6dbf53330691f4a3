export type AwsService =
  | 'eks'
  | 'ec2'
  | 'sts'
  | 'pricing'
  | 'service-quotas'
  | 's3'
  | 'auto-scaling'
  | 'sso'
  | 'oidc'
  | 'signin'
/** An account that is not AWS's own: the embedded one, or a test's. Its keys open nothing else. */
export interface LocalAccount {
  profile: string
  region: string
  endpoint: string
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string
  /** Which of its clusters is a site already, by name: its address may be another at each start, so it is not kept by that. */
  siteOf?: Readonly<Record<string, string>>
}
