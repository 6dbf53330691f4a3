import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { systemClock } from '../../main/platform/clock/system'
import type { Parts } from './parts'

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}
/** Asks until it is answered; a server that died has no answer. */
async function answered(
  ask: () => Promise<boolean>,
  process: ChildProcess,
  patience: number,
): Promise<void> {
  for (const until = systemClock.now() + patience; systemClock.now() < until;) {
    if (process.exitCode !== null) throw new Error(`it ended with ${process.exitCode}`)
    if (await ask().catch(() => false)) return
    await systemClock.sleep(500)
  }
  throw new Error('it did not answer in time')
}
async function stop(process: ChildProcess): Promise<void> {
  if (process.exitCode !== null) return
  const gone = once(process, 'exit')
  process.kill('SIGTERM')
  await Promise.race([gone, systemClock.sleep(15_000).then(() => process.kill('SIGKILL'))])
}

const KEYS = { accessKeyId: 'lake', secretAccessKey: 'lake-secret' }
/** A real Trino with an Iceberg catalog on simulated S3, both on loopback. */
export async function startLake({
  trino,
  java,
  moto,
}: Parts): Promise<{ url: string; close(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'takt-lake-')),
    [s3Port, port] = [await freePort(), await freePort()],
    endpoint = `http://127.0.0.1:${s3Port}`,
    url = `http://127.0.0.1:${port}`
  const log = (name: string) => {
    const file = openSync(join(folder, name), 'a')
    return ['ignore' as const, file, file] as const
  }
  const s3 = spawn(moto, ['-H', '127.0.0.1', '-p', String(s3Port)], {
      stdio: [...log('moto.log')],
    }),
    client = new S3Client({
      endpoint,
      region: 'us-east-1',
      credentials: KEYS,
      forcePathStyle: true,
      maxAttempts: 1,
    })
  await answered(
    () => client.send(new CreateBucketCommand({ Bucket: 'lake' })).then(() => true),
    s3,
    120_000,
  )
  client.destroy()
  const etc = join(folder, 'etc')
  mkdirSync(join(etc, 'catalog'), { recursive: true })
  const write = (name: string, lines: string[]) => {
    writeFileSync(join(etc, name), lines.join('\n'))
  }
  write('config.properties', [
    'coordinator=true',
    'node-scheduler.include-coordinator=true',
    `http-server.http.port=${port}`,
    `discovery.uri=${url}`,
    `plugin.dir=${join(trino, 'plugin')}`,
    `catalog.config-dir=${join(etc, 'catalog')}`,
    'query.max-memory=400MB',
    'query.max-memory-per-node=300MB',
    'catalog.management=static',
  ])
  write('catalog/iceberg.properties', [
    'connector.name=iceberg',
    'iceberg.catalog.type=TESTING_FILE_METASTORE',
    'hive.metastore.catalog.dir=s3://lake/meta',
    'fs.native-s3.enabled=true',
    `s3.endpoint=${endpoint}`,
    's3.region=us-east-1',
    's3.path-style-access=true',
    `s3.aws-access-key=${KEYS.accessKeyId}`,
    `s3.aws-secret-key=${KEYS.secretAccessKey}`,
  ])
  const server = spawn(
    java,
    [
      '-Xmx1G',
      '-XX:+UseG1GC',
      '-XX:ReservedCodeCacheSize=256M',
      '-XX:+IgnoreUnrecognizedVMOptions',
      '-Djdk.attach.allowAttachSelf=true',
      '-Djdk.nio.maxCachedBufferSize=2000000',
      '--enable-native-access=ALL-UNNAMED',
      '--sun-misc-unsafe-memory-access=allow',
      '-Dnode.environment=test',
      '-Dnode.id=takt',
      `-Dnode.data-dir=${folder}`,
      `-Dconfig=${join(etc, 'config.properties')}`,
      '-cp',
      join(trino, 'lib', '*'),
      'io.trino.server.TrinoServer',
    ],
    { cwd: folder, stdio: [...log('trino.log')] },
  )
  const close = async () => {
    await Promise.all([stop(server), stop(s3)])
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await answered(
      async () =>
        ((await (await fetch(`${url}/v1/info`)).json()) as { starting?: boolean }).starting ===
        false,
      server,
      300_000,
    )
    return { url, close }
  } catch (error) {
    await Promise.all([stop(server), stop(s3)])
    throw new Error(`Trino did not start; see ${join(folder, 'trino.log')}`, { cause: error })
  }
}
