import { createHash } from 'node:crypto'
import { devNull, homedir } from 'node:os'
import { join } from 'node:path'
import { loadSharedConfigFiles } from '@smithy/core/config'
import { MOST_BYTES, refusalOf } from '../files'

type Env = Readonly<Record<string, string | undefined>>
/** Where the AWS command line keeps its files. */
export interface AwsFiles {
  credentials: string
  config: string
  ssoCache: string
}
/** One company sign-in of AWS, shared by every profile that names it. */
export interface SsoSession {
  id: string
  name: string
  startUrl: string
  region: string
  scopes: string[]
  cacheFile: string
  renewable: boolean
}
export interface Profile {
  name: string
  values: Readonly<Record<string, string | undefined>>
  sso?: SsoSession
}

export function filesOf(env: Env): AwsFiles {
  const home = env['HOME'] ?? env['USERPROFILE'] ?? homedir()
  return {
    credentials: env['AWS_SHARED_CREDENTIALS_FILE'] ?? join(home, '.aws', 'credentials'),
    config: env['AWS_CONFIG_FILE'] ?? join(home, '.aws', 'config'),
    ssoCache: join(home, '.aws', 'sso', 'cache'),
  }
}

/** Every profile of both files by name; the credentials file has the last word, as for the AWS command line. */
export async function readProfiles(files: AwsFiles): Promise<Map<string, Profile>> {
  const [filepath, configFilepath] = await Promise.all([
    readable(files.credentials),
    readable(files.config),
  ])
  const { configFile, credentialsFile } = await loadSharedConfigFiles({
    filepath,
    configFilepath,
    ignoreCache: true,
  })
  const names = new Set(
    [...Object.keys(configFile), ...Object.keys(credentialsFile)].filter(
      (name) => !/^(sso-session|services)\./.test(name),
    ),
  )
  return new Map(
    [...names].map((name) => {
      const values = { ...configFile[name], ...credentialsFile[name] }
      const sso = ssoOf(
        values,
        configFile[`sso-session.${values['sso_session'] ?? ''}`],
        files.ssoCache,
      )
      return [name, { name, values, ...(sso && { sso }) }]
    }),
  )
}

// The SDK opens whatever stands there, and a pipe would hold up all file work of the process.
const readable = async (file: string): Promise<string> =>
  (await refusalOf(file, { mostBytes: MOST_BYTES.manifest })) ? devNull : file

function ssoOf(
  values: Profile['values'],
  session: Profile['values'] | undefined,
  folder: string,
): SsoSession | undefined {
  const name = values['sso_session']
  const {
    sso_start_url: startUrl,
    sso_region: region,
    sso_registration_scopes: scopes,
  } = { ...values, ...session }
  if (!startUrl || !region) return undefined
  // The AWS command line names its cache by the session, and by the start address where there is none.
  const key = name ?? startUrl
  return {
    id: `aws-sso ${key}`,
    name: key,
    startUrl,
    region,
    renewable: name !== undefined,
    scopes: (scopes ?? 'sso:account:access')
      .split(',')
      .map((scope) => scope.trim())
      .filter(Boolean),
    cacheFile: join(folder, `${createHash('sha1').update(key).digest('hex')}.json`),
  }
}

export type ProfileKind =
  | 'keys'
  | 'sso'
  | 'role'
  | 'web-identity'
  | 'process'
  | 'login'
  | 'environment'
  | 'instance'
  | 'unusable'
/** How a profile signs in, in the order in which AWS clients look. */
export function kindOf({ values, sso }: Profile): ProfileKind {
  if (values['role_arn'] && values['web_identity_token_file']) return 'web-identity'
  if (values['role_arn']) return 'role'
  if (values['aws_access_key_id'] && values['aws_secret_access_key']) return 'keys'
  if (values['credential_process']) return 'process'
  if (sso && values['sso_account_id'] && values['sso_role_name']) return 'sso'
  return values['login_session'] ? 'login' : 'unusable'
}

/** The profiles a role is assumed from, nearest first; undefined where the chain leads back to itself. */
export function chainOf(
  profiles: ReadonlyMap<string, Profile>,
  name: string,
): string[] | undefined {
  const chain: string[] = []
  for (
    let at = profiles.get(name)?.values['source_profile'], from = name;
    at !== undefined;
    from = at, at = profiles.get(at)?.values['source_profile']
  ) {
    // A profile may assume its role with keys of its own.
    if (at === from && profiles.get(at)?.values['aws_access_key_id']) return chain
    if (at === name || chain.includes(at)) return undefined
    chain.push(at)
  }
  return chain
}
