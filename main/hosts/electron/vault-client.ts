import type { Vault } from '../../platform/secrets/vault'
import type { ToShell } from './messages'

/** The shell's vault as the core sees it: one message there, one back; undefined where the vault refuses. */
export class VaultOverMessages implements Vault {
  #next = 1
  #asked = new Map<number, (text: string | undefined) => void>()
  #state = { backend: 'unknown', keeps: false }
  constructor(private readonly tell: (message: ToShell) => void) {}

  get backend() {
    return this.#state.backend
  }
  get keeps() {
    return this.#state.keeps
  }
  use(state: { backend: string; keeps: boolean }) {
    this.#state = state
  }
  encrypt(text: string) {
    return this.#ask('encrypt', text)
  }
  decrypt(text: string) {
    return this.#ask('decrypt', text)
  }
  answer(id: number, text: string | undefined) {
    this.#asked.get(id)?.(text)
    this.#asked.delete(id)
  }
  #ask(op: 'encrypt' | 'decrypt', text: string): Promise<string | undefined> {
    if (!this.#state.keeps) return Promise.resolve(undefined)
    const id = this.#next++
    return new Promise((answer) => {
      this.#asked.set(id, answer)
      this.tell({ type: 'vault', id, op, text })
    })
  }
}
