import { createRouterClient } from '@orpc/server'
import { compose } from './compose'
import { beginAgain } from './hosts/begin-again'
import { relayToShell } from './hosts/electron/relay'
import { ToCore, type ToShell } from './hosts/electron/messages'
import { VaultOverMessages } from './hosts/electron/vault-client'
import { standGuard } from './hosts/last-guard'
import { serveLocally } from './hosts/local/socket'
import { peersOf, type ServePeer } from './hosts/rpc/peer'
import { servePort, type RpcPort } from './hosts/rpc/ports'
import { describeStartFailure } from './hosts/start-failure'
import { seeded } from './kernel/random'
import { systemClock } from './platform/clock/system'

interface ParentPort {
  on(event: 'message', listen: (event: { data: unknown; ports: RpcPort[] }) => void): void
  postMessage(message: unknown): void
}

const parent = (process as unknown as { parentPort?: ParentPort }).parentPort
if (!parent)
  throw new Error('core.mjs is started by the desktop shell; for a server use takt serve.')
const tell = (message: ToShell) => parent.postMessage(message)
const stopped = new AbortController()
/** Whether the screen is locked, once the core can be told. */
let sayLocked: (locked: boolean) => void = () => {}
const vault = new VaultOverMessages(tell)

async function start(options: Extract<ToCore, { type: 'start' }>) {
  standGuard({ storeDir: options.storeDir, clock: systemClock, end: () => process.exit(1) })
  vault.use({ backend: options.vaultBackend, keeps: options.vaultKeeps })
  const core = await compose({
    storeDir: options.storeDir,
    host: 'desktop',
    version: options.version,
    env: process.env,
    clock: systemClock,
    random: seeded(process.pid),
    vault,
    restart: beginAgain,
    settings: { read: () => options.settings, write: (value) => tell({ type: 'settings', value }) },
  })
  const local = await serveLocally(core.router, options.storeDir)
  stopped.signal.addEventListener(
    'abort',
    () =>
      void local
        .close()
        .then(() => core.close())
        .then(() => {
          tell({ type: 'stopped' })
          process.exit(0)
        }),
  )
  const { sites } = createRouterClient(core.router)
  sayLocked = (locked) => void sites.here({ locked }).catch(() => undefined)
  if (options.locked) await sites.here({ locked: true })
  relayToShell(core, tell, { signal: stopped.signal, clock: systemClock })
  tell({ type: 'ready' })
  return peersOf(core.router)
}

// Pages may ask before the core has started; their ports wait here.
let handler: Promise<ServePeer> | undefined
const waiting: RpcPort[] = []
const serve = (port: RpcPort) =>
  void handler?.then(
    (ready) => servePort(ready, port),
    () => {},
  )

parent.on('message', ({ data, ports }) => {
  const parsed = ToCore.safeParse(data)
  if (!parsed.success) return
  const message = parsed.data
  if (message.type === 'start') {
    handler = start(message)
    handler.catch((error: unknown) => tell({ type: 'failed', ...describeStartFailure(error) }))
    for (const port of waiting.splice(0)) serve(port)
  } else if (message.type === 'page' && ports[0]) {
    if (handler) serve(ports[0])
    else waiting.push(ports[0])
  } else if (message.type === 'vault') vault.answer(message.id, message.text)
  else if (message.type === 'locked') sayLocked(message.locked)
  else if (message.type === 'stop') stopped.abort()
})
