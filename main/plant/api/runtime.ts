import type { Duplex, Readable, Writable } from 'node:stream'
import type { KubeObject } from '../types'

/** One line a container wrote, with the plant's time of writing in milliseconds. */
export interface LogLine {
  at: number
  text: string
}
export interface LogRequest {
  container: string
  previous: boolean
  follow: boolean
  signal: AbortSignal
}
export interface ExecStreams {
  stdin: Readable
  stdout: Writable
  stderr: Writable
  tty: boolean
  /** Called with each size the person's terminal takes. */
  onResize(listener: (size: { width: number; height: number }) => void): void
  signal: AbortSignal
}
export interface ExecRequest {
  container: string
  command: string[]
}

/** What stands in for kubelet and container runtime: the simulated controllers answer for the pods they run. */
export interface RuntimeHooks {
  /** The lines of a container, oldest first; with follow it ends only when the container does or the signal aborts. */
  logs(pod: KubeObject, request: LogRequest): AsyncIterable<LogLine>
  /** Runs a command in a container and answers its exit code. Also serves attach, with an empty command. */
  exec(pod: KubeObject, request: ExecRequest, streams: ExecStreams): Promise<number>
  /** A byte stream to a port of a pod; undefined where nothing listens. */
  connect(pod: KubeObject, port: number): Duplex | undefined
}

/** A cluster without kubelets: nothing was written, runs or listens. */
export const NO_RUNTIME: RuntimeHooks = {
  async *logs() {},
  exec: () => Promise.reject(new Error('no container runtime answers')),
  connect: () => undefined,
}
