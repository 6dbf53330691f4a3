import { userInfo } from 'node:os'
import type { Clock } from '../../kernel/clock'
import { makeAws, type Aws, type LocalAccount } from '../../platform/aws'
import { makeNetwork, type Network, type NetworkSettings } from '../../platform/network'
import { AddressSecrets } from '../../platform/secrets/address-secrets'
import { noVault, type Vault } from '../../platform/secrets/vault'
import type { Store } from '../../platform/store'
import { Broker } from './broker'
import { completedEnv, loginShellEnv } from './adapters/login-shell'
import { readKuberc } from './adapters/kuberc'
import { OidcPeople } from './adapters/oidc'
import type { PluginPorts } from './adapters/plugin'
import { ProcessPlugins } from './adapters/process-plugins'
import { refreshTokens } from './adapters/refresh-tokens'
import { Presence } from './presence'
import { Programs } from './programs/programs'

type Env = Readonly<Record<string, string | undefined>>
export interface MeansPorts {
  clock: Clock
  env: Env
  settings: Store['settings']
  network?: () => NetworkSettings
  vault?: Vault | undefined
  addresses?: AddressSecrets
  /** Whether the login shell is asked once for its variables, because a program started from a dock lacks them. */
  loginShell?: boolean
  local?: () => readonly LocalAccount[]
  unreadable?: (file: string, cause: string) => void
}
/** What every sign-in is made with, one of each for the whole core. */
export interface Means {
  clock: Clock
  network: Network
  aws: Aws
  oidc: OidcPeople
  broker: Broker
  presence: Presence
  plugins: PluginPorts
  programs: Programs
  addresses: AddressSecrets
  processes: ProcessPlugins
  /** Settles when the variables of the login shell are known; asks the shell at the first call. */
  ready(): Promise<void>
}

export function makeMeans({
  clock,
  env,
  settings,
  network: set,
  vault = noVault,
  addresses = new AddressSecrets({ vault, settings }),
  loginShell = false,
  local,
  unreadable,
}: MeansPorts): Means {
  const shell = completedEnv(env, () =>
    loginShell ? loginShellEnv(env, clock) : Promise.resolve(undefined),
  )
  const presence = new Presence(clock)
  const network = makeNetwork({
    env,
    settings: set ?? (() => ({ caFiles: [], proxy: '', noProxy: '' })),
    ...(unreadable && { unreadable }),
  })
  const programs = new Programs({ env: shell.now, clock, settings, account: accountName() })
  const processes = new ProcessPlugins({
    env: shell.now,
    ready: shell.ready,
    presence,
    programs,
  })
  return {
    clock,
    network,
    presence,
    processes,
    programs,
    addresses,
    ready: shell.ready,
    aws: makeAws({ env, clock, network, processes, ...(local && { local }) }),
    oidc: new OidcPeople({ clock, network, refreshTokens: refreshTokens(vault, settings) }),
    broker: new Broker({ clock, presence }),
    plugins: { env: shell.now, policy: () => readKuberc(env), programs },
  }
}

/** The account on this machine; a container may have a number without a name. */
function accountName(): string {
  try {
    return userInfo().username
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`
  }
}
