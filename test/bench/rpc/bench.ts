import { once } from 'node:events'
import {
  isMainThread,
  MessageChannel,
  parentPort,
  Worker,
  type MessagePort,
} from 'node:worker_threads'
import { createORPCClient } from '@orpc/client'
import { RPCLink as PortLink } from '@orpc/client/message-port'
import { RPCLink as SocketLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import { createRouterClient } from '@orpc/server'
import { RPCHandler as PortHandler } from '@orpc/server/message-port'
import { RPCHandler as SocketHandler } from '@orpc/server/ws'
import { WebSocket, WebSocketServer } from 'ws'
import { perSecond, printTable } from '../shared/report'
import { benchRouter, type benchContract } from './contract'

type Client = ContractRouterClient<typeof benchContract>
type ToServer = { port: MessagePort; raw: boolean }

/** The other thread: the contract and a bare echo, each over a port and over a socket. */
function serveFromThread() {
  const handler = new PortHandler(benchRouter)
  parentPort?.on('message', ({ port, raw }: ToServer) => {
    if (raw)
      port.on('message', (message: { n: number; items?: number }) => {
        for (let n = 0; n < (message.items ?? 1); n++)
          port.postMessage({ n: message.items ? n : message.n })
      })
    else {
      handler.upgrade(port)
      port.start()
    }
  })
  const sockets = new SocketHandler(benchRouter)
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false })
  server.on('connection', (socket, request) => {
    if (request.url !== '/raw') return void sockets.upgrade(socket)
    socket.on('message', (text: Buffer) => {
      const message = JSON.parse(text.toString()) as { n: number; items?: number }
      for (let n = 0; n < (message.items ?? 1); n++)
        socket.send(JSON.stringify({ n: message.items ? n : message.n }))
    })
  })
  server.once('listening', () =>
    parentPort?.postMessage((server.address() as { port: number }).port),
  )
}

interface Line {
  name: string
  call(n: number): Promise<unknown>
  stream(items: number): Promise<void>
  rows?: () => Promise<unknown>
}
const overClient = (name: string, client: Client): Line => ({
  name,
  call: (n) => client.echo({ n }),
  rows: () => client.rows({ rows: 500 }),
  stream: async (items) => {
    let seen = 0
    for await (const { n } of await client.count({ items })) seen = n
    if (seen !== items - 1) throw new Error(`${name} lost items`)
  },
})

/** A line without any protocol: what the wire itself can carry. Answers come back in order. */
function bare(
  name: string,
  send: (message: unknown) => void,
  listen: (heard: (message: { n: number }) => void) => void,
): Line {
  const waiting: ((message: { n: number }) => void)[] = []
  let streaming: ((message: { n: number }) => void) | undefined
  listen((message) => (streaming ?? waiting.shift())?.(message))
  return {
    name,
    call: (n) =>
      new Promise((answer) => {
        waiting.push(answer)
        send({ n })
      }),
    stream: (items) =>
      new Promise((done) => {
        streaming = ({ n }) => {
          if (n === items - 1) {
            streaming = undefined
            done()
          }
        }
        send({ n: 0, items })
      }),
  }
}

async function openLines(worker: Worker, port: number): Promise<Line[]> {
  const portTo = (raw: boolean) => {
    const { port1, port2 } = new MessageChannel()
    worker.postMessage({ port: port1, raw } satisfies ToServer, [port1])
    port2.start()
    return port2
  }
  const socketTo = async (path: string) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`)
    await once(socket, 'open')
    return socket
  }
  const rawPort = portTo(true)
  const rawSocket = await socketTo('/raw')
  const socket = await socketTo('/')
  return [
    overClient('contract, in process', createRouterClient(benchRouter)),
    overClient('contract, MessagePort', createORPCClient(new PortLink({ port: portTo(false) }))),
    bare(
      'raw MessagePort',
      (message) => rawPort.postMessage(message),
      (heard) => rawPort.on('message', heard),
    ),
    overClient(
      'contract, WebSocket',
      createORPCClient(new SocketLink({ websocket: socket as unknown as globalThis.WebSocket })),
    ),
    bare(
      'raw ws',
      (message) => rawSocket.send(JSON.stringify(message)),
      (heard) =>
        rawSocket.on('message', (text: Buffer) =>
          heard(JSON.parse(text.toString()) as { n: number }),
        ),
    ),
  ]
}

async function measure() {
  const worker = new Worker(new URL(import.meta.url))
  const [port] = (await once(worker, 'message')) as [number]
  const results: {
    name: string
    one: number
    many: number
    items: number
    rows: number | undefined
  }[] = []
  for (const line of await openLines(worker, port)) {
    const one = await perSecond(500, async () => {
      for (let n = 0; n < 500; n++) await line.call(n)
    })
    const many = await perSecond(64 * 30, async () => {
      for (let round = 0; round < 30; round++)
        await Promise.all(Array.from({ length: 64 }, (_, n) => line.call(n)))
    })
    const items = await perSecond(10_000, () => line.stream(10_000))
    const { rows: ask } = line
    const rows =
      ask &&
      1_000 /
        (await perSecond(1, async () => {
          await ask()
        }))
    results.push({ name: line.name, one, many, items, rows })
  }
  await worker.terminate()
  const of = (name: string) => results.find((result) => result.name === name)
  const ratio = (name: string, rawName: string) => {
    const line = of(name)
    const raw = of(rawName)
    return line && raw
      ? [
          `${name} to ${rawName}`,
          line.one / raw.one,
          line.many / raw.many,
          line.items / raw.items,
          '',
        ]
      : []
  }
  printTable(
    'Contract links',
    ['line', 'calls/s, one at a time', 'calls/s, 64 in flight', 'stream items/s', '500 rows, ms'],
    [
      ...results.map(({ name, one, many, items, rows }) => [name, one, many, items, rows ?? '']),
      ratio('contract, MessagePort', 'raw MessagePort'),
      ratio('contract, WebSocket', 'raw ws'),
    ],
  )
  process.exit(0)
}

if (isMainThread) await measure()
else serveFromThread()
