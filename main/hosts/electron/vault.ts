import { safeStorage } from 'electron'

export interface VaultState {
  backend: string
  keeps: boolean
}

/** Whether this machine can keep secrets encrypted: a plain-text backend is refused, and secrets then stay in memory. */
export async function vaultState(): Promise<VaultState> {
  const backend = process.platform === 'linux' ? safeStorage.getSelectedStorageBackend() : 'system'
  if (backend === 'basic_text' || backend === 'unknown') return { backend, keeps: false }
  return { backend, keeps: await safeStorage.isAsyncEncryptionAvailable() }
}

/** Encrypts or decrypts one secret for the core; undefined where the vault refuses or the text was not made here. */
export async function vaultDo(
  op: 'encrypt' | 'decrypt',
  text: string,
): Promise<string | undefined> {
  if (!(await vaultState()).keeps) return undefined
  try {
    if (op === 'encrypt') return (await safeStorage.encryptStringAsync(text)).toString('base64')
    return (await safeStorage.decryptStringAsync(Buffer.from(text, 'base64'))).result
  } catch {
    return undefined
  }
}
