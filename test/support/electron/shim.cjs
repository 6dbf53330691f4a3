// Lets the product, written for Electron 45, run in Electron 22 for tests: electron -r shim.cjs path/to/app
// Product code knows nothing of it; what it cannot prove is listed in the README beside it.
const { spawn } = require('node:child_process')
const { EventEmitter } = require('node:events')
const { join } = require('node:path')
const electron = require('electron')

// 1. The core runs on Node 24 as a child; message ports are relayed over its IPC channel.
electron.utilityProcess.fork = (file, args = [], options = {}) => {
  const core = new EventEmitter()
  const ports = new Map()
  let nextPort = 1
  const child = spawn(
    process.env.TAKT_TEST_NODE,
    ['-r', join(__dirname, 'core-shim.cjs'), file, ...args],
    {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: [
        'ignore',
        options.stdio === 'pipe' ? 'pipe' : 'inherit',
        options.stdio === 'pipe' ? 'pipe' : 'inherit',
        'ipc',
      ],
    },
  )
  child.on('spawn', () => {
    core.pid = child.pid
    core.emit('spawn')
  })
  child.on('exit', (code) => {
    core.pid = undefined
    for (const port of ports.values()) port.close()
    core.emit('exit', code ?? 1)
  })
  child.on('message', ({ port, close, data }) => {
    if (!port) core.emit('message', data)
    else if (close) ports.get(port)?.close()
    else ports.get(port)?.postMessage(data)
  })
  const send = (message) => {
    if (child.connected) child.send(message, () => {})
  }
  return Object.assign(core, {
    stdout: child.stdout,
    stderr: child.stderr,
    kill: () => child.kill(),
    postMessage(data, transfer = []) {
      const ids = transfer.map((port) => {
        const id = nextPort++
        ports.set(id, port)
        port.on('message', (event) => send({ port: id, data: event.data }))
        port.on('close', () => {
          ports.delete(id)
          send({ port: id, close: true })
        })
        port.start()
        return id
      })
      send({ data, ports: ids })
    },
  })
}

// 2. What Node 24 has and the Node 16 of Electron 22 lacks.
URL.canParse ??= (text, base) => {
  try {
    new URL(text, base)
    return true
  } catch {
    return false
  }
}
const { promises } = require('node:fs')
const readFolder = promises.readdir
promises.readdir = async (folder, options) => {
  if (!options?.recursive) return readFolder(folder, options)
  const entries = (await readFolder(folder, { withFileTypes: true })).map((entry) =>
    Object.assign(entry, { parentPath: folder }),
  )
  const inside = await Promise.all(
    entries
      .filter((entry) => entry.isDirectory())
      .map((entry) => promises.readdir(join(folder, entry.name), options)),
  )
  return [...entries, ...inside.flat()]
}

// 3. protocol.handle (25) on top of the callback API, with as much of Request and Response as the product uses.
if (!globalThis.Response) {
  globalThis.Response = class {
    constructor(body, { status = 200, headers = {} } = {}) {
      Object.assign(this, { body, status, headers })
    }
  }
}
electron.app.whenReady().then(() => {
  electron.protocol.handle ??= (scheme, handler) =>
    electron.protocol.registerBufferProtocol(scheme, async (request, answer) => {
      const { body, status, headers } = await handler({ url: request.url, method: request.method })
      const mimeType = (headers['content-type'] ?? 'application/octet-stream').split(';')[0]
      answer({ statusCode: status, headers, mimeType, data: Buffer.from(body ?? '') })
    })
  // 4. safeStorage's promises.
  const store = electron.safeStorage
  store.getSelectedStorageBackend ??= () => 'basic_text'
  store.isAsyncEncryptionAvailable ??= async () => store.isEncryptionAvailable()
  store.encryptStringAsync ??= async (text) => store.encryptString(text)
  store.decryptStringAsync ??= async (bytes) => ({
    result: store.decryptString(bytes),
    shouldReEncrypt: false,
  })
})
// 5. Tests may run as root, where Chromium's own sandbox cannot start; windows keep sandbox: true.
if (process.argv.includes('--no-sandbox') || electron.app.commandLine.hasSwitch('no-sandbox'))
  electron.app.enableSandbox = () => {}
