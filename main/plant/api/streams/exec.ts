import { PassThrough } from 'node:stream'
import type { WebSocket } from 'ws'
import { isRecord, numberAt } from '../cluster'
import { badRequest, KubeError } from '../errors'
import type { ResourceExchange } from '../http/exchange'
import { Channels, ERROR, RESIZE, STDERR, STDIN, STDOUT } from './channels'
import { containerOf, enteredPod, requireNode } from './target'

const flag = (query: URLSearchParams, name: string): boolean =>
  ['true', '1'].includes(query.get(name) ?? '')
/** What a finished command says of itself on the error channel. */
const outcome = (code: number): unknown =>
  code === 0
    ? { metadata: {}, status: 'Success' }
    : {
        metadata: {},
        status: 'Failure',
        message: `command terminated with non-zero exit code: command terminated with exit code ${code}`,
        reason: 'NonZeroExitCode',
        details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
      }
function sizeOf(message: Buffer): { width: number; height: number } | undefined {
  try {
    const value = JSON.parse(message.toString()) as unknown
    if (!isRecord(value)) return undefined
    return {
      width: numberAt(value, 'Width') ?? numberAt(value, 'width') ?? 80,
      height: numberAt(value, 'Height') ?? numberAt(value, 'height') ?? 24,
    }
  } catch {
    return undefined
  }
}
/** Prepares a command in a container, or joining its own; throws 400 or 404 while there is still an HTTP answer to give. */
export function prepareExec(exchange: ResourceExchange): (socket: WebSocket) => void {
  const pod = enteredPod(exchange)
  requireNode(pod)
  const { query, info, server } = exchange
  const container = containerOf(pod, query.get('container'))
  const command = info.subresource === 'exec' ? query.getAll('command') : []
  if (info.subresource === 'exec' && command.length === 0)
    throw badRequest('you must specify at least 1 command for the container')
  const tty = flag(query, 'tty')
  return (socket) => {
    const channels = new Channels(socket)
    const gone = new AbortController()
    socket.once('close', () => gone.abort())
    // Tells the other side that the streams are there before anything is written.
    channels.send(STDOUT, '')
    const stdin = flag(query, 'stdin') ? channels.reader(STDIN) : new PassThrough().end()
    const onResize = (listener: (size: { width: number; height: number }) => void): void => {
      channels.reader(RESIZE).on('data', (message: Buffer) => {
        const size = sizeOf(message)
        if (size) listener(size)
      })
    }
    const stdout = channels.writer(STDOUT)
    const streams = {
      stdin,
      stdout,
      stderr: tty ? stdout : channels.writer(STDERR),
      tty,
      onResize,
      signal: gone.signal,
    }
    server
      .runtime()
      .exec(pod, { container, command }, streams)
      .then(
        (code) => outcome(code),
        (error: unknown) => {
          const message = error instanceof Error ? error.message : String(error)
          return new KubeError({
            code: 500,
            reason: 'InternalError',
            message: `Internal error occurred: ${message}`,
          }).status
        },
      )
      .then(
        (status) => {
          channels.send(ERROR, JSON.stringify(status))
          channels.close()
        },
        () => channels.close(),
      )
  }
}
