import { request } from 'node:http'
import { seeded } from '../../../main/kernel/random'
import { systemClock } from '../../../main/platform/clock/system'
import { createPlantApi, type SimulatedApi } from '../../../main/plant/api'
import type { Identity, RawAnswer, RawRequest, Target } from './target'

const TOKEN = 'conformance-admin'
const headersOf = (identity: Identity): Record<string, string | string[]> => {
  if (identity === 'anonymous') return {}
  if (identity === 'badToken') return { authorization: 'Bearer nobody-holds-this' }
  const admin = { authorization: `Bearer ${TOKEN}` }
  return identity === 'admin'
    ? admin
    : { ...admin, 'impersonate-user': identity.user, 'impersonate-group': identity.groups }
}

/** The plant behind its socket, as a target of the suite. */
class PlantTarget implements Target {
  constructor(
    private readonly api: SimulatedApi,
    private readonly port: number,
  ) {}

  #open(identity: Identity, { method, path, headers, body }: RawRequest, signal?: AbortSignal) {
    const sent = request({
      host: '127.0.0.1',
      port: this.port,
      method,
      path,
      headers: {
        ...headersOf(identity),
        ...headers,
        ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }),
      },
      ...(signal && { signal }),
    })
    sent.end(body)
    return sent
  }
  request(identity: Identity, asked: RawRequest): Promise<RawAnswer> {
    return new Promise((resolve, reject) => {
      this.#open(identity, asked)
        .once('error', reject)
        .once('response', (answer) => {
          let text = ''
          answer
            .setEncoding('utf8')
            .on('data', (part: string) => {
              text += part
            })
            .once('end', () =>
              resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }),
            )
        })
    })
  }
  async *lines(
    identity: Identity,
    path: string,
    { signal, headers }: { signal: AbortSignal; headers?: Record<string, string> },
  ): AsyncIterable<string> {
    const answer = await new Promise<NodeJS.ReadableStream>((resolve, reject) => {
      this.#open(identity, { method: 'GET', path, ...(headers && { headers }) }, signal)
        .once('error', reject)
        .once('response', resolve)
    })
    let rest = ''
    for await (const part of answer) {
      const pieces = (rest + String(part)).split('\n')
      rest = pieces.pop() ?? ''
      for (const line of pieces) if (line !== '') yield line
    }
  }
  forget(): Promise<void> {
    this.api.cluster.store.compact()
    return Promise.resolve()
  }
}

/** An empty plant of its own, and how to end it. */
export async function plantTarget(
  seed: number,
): Promise<{ target: Target; stop(): Promise<void> }> {
  const api = createPlantApi({ clock: systemClock, random: seeded(seed) })
  const listening = await api.listen({
    people: [{ token: TOKEN, user: 'admin', groups: ['system:masters'] }],
  })
  return { target: new PlantTarget(api, listening.port), stop: () => listening.close() }
}
