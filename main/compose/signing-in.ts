import type { SettingsService } from '../capabilities/settings'
import { makeMeans, type Means } from '../capabilities/sites'
import type { Log } from '../platform/log'
import type { AddressSecrets } from '../platform/secrets/address-secrets'
import type { Store } from '../platform/store'
import type { ComposeOptions } from './options'
import type { EmbeddedPlant } from './plant'

/** What every sign-in is made with: the network as a person set it, AWS, the keyring, and the login shell where the desktop started the core. */
export function signingIn(
  { clock, env, vault, host }: ComposeOptions,
  {
    store,
    settings,
    log,
    plant,
    addresses,
  }: {
    store: Store
    settings: SettingsService
    log: Log
    plant: EmbeddedPlant | undefined
    addresses: AddressSecrets
  },
): Means {
  return makeMeans({
    clock,
    env,
    vault,
    settings: store.settings,
    loginShell: host === 'desktop',
    local: () => plant?.accounts() ?? [],
    addresses,
    network: () => {
      const { proxy, ...others } = settings.get()
      return { ...others, proxy: addresses.full('proxy', proxy) }
    },
    unreadable: (file, cause) => log.warn('An authority could not be read.', { file, cause }),
  })
}
