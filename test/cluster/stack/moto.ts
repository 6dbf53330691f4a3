import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startAwsProxy, type AwsProxy } from '../../support/aws-proxy'
import { folderOf } from './found'
import { freePorts, makeGuard, Server } from './servers'

export interface Aws {
  /** What clients are told: the proxy before moto. */
  endpoint: string
  region: string
  proxy: AwsProxy
  /** What makes an AWS SDK, or a whole core, use it. */
  env: Record<string, string>
  /** Forgets everything that was made. */
  reset(): Promise<void>
  stop(): Promise<void>
}

/** Starts moto behind our proxy; both on loopback. */
export async function startAws(options: { now?: () => number } = {}): Promise<Aws> {
  const binaries = folderOf('moto')
  const folder = mkdtempSync(join(tmpdir(), 'takt-aws-'))
  const guard = makeGuard(folder)
  const [port = 0] = await freePorts(1)
  const moto = `http://127.0.0.1:${port}`
  const server = new Server(
    {
      name: 'moto',
      binary: join(binaries, 'bin', 'moto_server'),
      args: ['-H', '127.0.0.1', '-p', String(port)],
      folder,
      isReady: async () => (await fetch(`${moto}/moto-api/data.json`)).ok,
    },
    guard,
  )
  const end = async (): Promise<void> => {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
    guard.release()
  }
  try {
    await server.start()
    const proxy = await startAwsProxy({ moto, ...options })
    return {
      endpoint: proxy.url,
      region: proxy.catalogue.region,
      proxy,
      env: {
        AWS_ENDPOINT_URL: proxy.url,
        AWS_REGION: proxy.catalogue.region,
        AWS_ACCESS_KEY_ID: 'AKIATESTTESTTESTTEST',
        AWS_SECRET_ACCESS_KEY: 'secret-of-the-test',
        AWS_EC2_METADATA_DISABLED: 'true',
      },
      reset: async () => void (await fetch(`${moto}/moto-api/reset`, { method: 'POST' })),
      async stop() {
        await proxy.close()
        await end()
      },
    }
  } catch (error) {
    await end()
    throw error
  }
}
