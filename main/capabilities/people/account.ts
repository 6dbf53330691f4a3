import { z } from 'zod'
import { failure } from '../../../preload/contract/failures'
import { DirectorySettings, type LdapSettings } from '../../../preload/contract/people'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import type { PeoplePorts } from './ports'

const SETTINGS = 'people.directory'
const PASSWORD = 'people.password'
const Kept = z.object({ url: z.string(), bindName: z.string(), text: z.string() })

/** The settings of the directory and the password for it. The password is in memory, or encrypted by the vault; it leaves neither but for the directory itself. */
export function makeAccount({ settings, vault }: Pick<PeoplePorts, 'settings' | 'vault'>) {
  let password: { url: string; bindName: string; text: string } | undefined
  const now = (): DirectorySettings => {
    const stored = DirectorySettings.safeParse(settings.get(SETTINGS))
    return stored.success ? stored.data : { kind: 'none' }
  }
  const fits = (own: { url: string; bindName: string }, wanted: LdapSettings) =>
    own.url === wanted.url && own.bindName === wanted.bindName
  const kept = () => {
    const stored = Kept.safeParse(settings.get(PASSWORD))
    return stored.success ? stored.data : undefined
  }
  function forget(): Outcome<void> {
    password = undefined
    return settings.remove(PASSWORD)
  }
  return {
    settings: now,
    forget,
    /** Chooses another directory; a password is kept only for the very place and name it was given for. */
    choose(next: DirectorySettings): Outcome<void> {
      const own = password ?? kept()
      if (own && !(next.kind === 'ldap' && fits(own, next))) {
        const gone = forget()
        if (!gone.ok) return gone
      }
      return settings.set(SETTINGS, next)
    },
    /** The password for these settings, asked of the vault where it lies there. */
    async password(wanted: LdapSettings): Promise<Outcome<string>> {
      if (password && fits(password, wanted)) return succeed(password.text)
      const stored = kept()
      const text = stored && fits(stored, wanted) ? await vault.decrypt(stored.text) : undefined
      if (text === undefined)
        return fail(failure('DIRECTORY_SIGN_IN_NEEDED', { server: wanted.url }))
      password = { url: wanted.url, bindName: wanted.bindName, text }
      return succeed(text)
    },
    /** Where the password lies. */
    where(wanted: LdapSettings): 'vault' | 'memory' | 'none' {
      const stored = kept()
      if (stored && fits(stored, wanted)) return 'vault'
      return password && fits(password, wanted) ? 'memory' : 'none'
    },
    async remember(wanted: LdapSettings, text: string, keep: boolean): Promise<Outcome<void>> {
      password = { url: wanted.url, bindName: wanted.bindName, text }
      if (!keep) return settings.remove(PASSWORD)
      const sealed = vault.keeps ? await vault.encrypt(text) : undefined
      return sealed === undefined
        ? fail(failure('VAULT_REFUSED', { backend: vault.backend }))
        : settings.set(PASSWORD, { url: wanted.url, bindName: wanted.bindName, text: sealed })
    },
  }
}
export type Account = ReturnType<typeof makeAccount>
