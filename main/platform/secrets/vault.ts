/** Encrypts secrets with the machine's own keyring. What it refuses to encrypt stays in memory, and the screen says so. */
export interface Vault {
  /** The keyring behind it, as the system calls it. */
  readonly backend: string
  /** False where secrets would be kept as plain text: nothing is written then. */
  readonly keeps: boolean
  encrypt(text: string): Promise<string | undefined>
  decrypt(text: string): Promise<string | undefined>
}

/** For hosts without a keyring: keeps nothing. */
export const noVault: Vault = {
  backend: 'none',
  keeps: false,
  encrypt: () => Promise.resolve(undefined),
  decrypt: () => Promise.resolve(undefined),
}
