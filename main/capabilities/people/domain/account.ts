const DISABLED = 2
/** OpenLDAP's password policy writes this instant for an account that an administrator locked for good. */
const LOCKED_FOR_GOOD = '000001010000Z'

/** Whether an account is switched on, by what Active Directory, OpenLDAP's password policy or 389 keep about it. */
export function isActive(attributes: Record<string, string | undefined>): boolean {
  const control = Number(attributes['userAccountControl'] ?? 0)
  if ((control & DISABLED) !== 0) return false
  if (attributes['nsAccountLock']?.toLowerCase() === 'true') return false
  return attributes['pwdAccountLockedTime'] !== LOCKED_FOR_GOOD
}

/** The words Active Directory hides behind a number when it refuses a sign-in. */
const REASONS: Record<string, string> = {
  '525': 'there is no such account',
  '52e': 'name or password is wrong',
  '530': 'signing in is not allowed at this time',
  '531': 'signing in is not allowed from this machine',
  '532': 'the password has expired',
  '533': 'the account is switched off',
  '701': 'the account has expired',
  '773': 'the password has to be changed first',
  '775': 'the account is locked',
}
export function whyRefused(message: string): string {
  const [, code = ''] = /data ([0-9a-f]{3})\b/i.exec(message) ?? []
  return REASONS[code.toLowerCase()] ?? 'name or password is wrong'
}
