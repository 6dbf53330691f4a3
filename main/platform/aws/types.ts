export type AwsService = 'eks' | 'ec2' | 'sts' | 'pricing' | 'service-quotas' | 's3' | 'auto-scaling' | 'sso' | 'oidc'
/** An account that is not AWS's own: the embedded one, or a test's. Its keys open nothing else. */
export interface LocalAccount { profile: string; region: string; endpoint: string; accessKeyId: string; secretAccessKey: string }
