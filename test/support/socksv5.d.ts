// The package brings no types; only what is used here is described.
declare module '@mongodb-js/socksv5' {
  import type { EventEmitter } from 'node:events'
  import type { AddressInfo } from 'node:net'
  interface Auth {
    readonly METHOD: number
  }
  interface SocksServer extends EventEmitter {
    useAuth(auth: Auth): SocksServer
    listen(port: number, host: string, ready: () => void): void
    address(): AddressInfo
    close(done: () => void): void
  }
  const socks: {
    createServer(
      listen: (
        info: { dstAddr: string; dstPort: number },
        accept: () => void,
        deny: () => void,
      ) => void,
    ): SocksServer
    auth: {
      None(): Auth
      UserPassword(
        check: (user: string, password: string, done: (good: boolean) => void) => void,
      ): Auth
    }
  }
  export default socks
}
