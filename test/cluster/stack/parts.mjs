// What the extended stack consists of beside the planes: each part is installed by itself, into a folder named by a hash of what it is made from.
// A part that cannot be had is skipped with a reason, and the tests that need it say the same.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { availableParallelism, homedir } from 'node:os'
import { dirname, join } from 'node:path'

const here = import.meta.dirname
const kueue = 'sigs.k8s.io/kueue'

/** Where everything lies that is built or fetched once for all checkouts. */
export const cacheRoot = () =>
  join(process.env.TAKT_CACHE ?? process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'takt')

/** Why Go cannot build here; undefined where it can. */
export function lacksGo() {
  if (process.platform === 'win32') return 'the control plane does not build for Windows; use WSL'
  const version = spawnSync('go', ['version'], { encoding: 'utf8' })
  if (version.status !== 0) return 'Go is not installed (https://go.dev/dl, 1.26 or newer)'
  const [, major, minor] = /go(\d+)\.(\d+)/.exec(version.stdout) ?? []
  return Number(major) === 1 && Number(minor) < 26
    ? `Go 1.26 or newer is needed, found ${version.stdout.trim()}`
    : undefined
}

function run(command, args, options = {}) {
  const { status, error, stderr, stdout } = spawnSync(command, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    ...options,
  })
  if (error) throw new Error(`${command} cannot be started: ${error.message}`)
  if (status !== 0)
    throw new Error(
      `${command} ${args.slice(0, 3).join(' ')} ended with ${status}: ${(stderr || stdout).trim().split('\n').slice(-5).join(' ')}`,
    )
  return stdout
}

const goEnvironment = {
  ...process.env,
  CGO_ENABLED: '0',
  GOFLAGS: '-mod=readonly -buildvcs=false',
  GOWORK: 'off',
}
const go = (module, args) => run('go', args, { cwd: join(here, 'go', module), env: goEnvironment })
const moduleFolder = (inModule, path) =>
  JSON.parse(go(inModule, ['mod', 'download', '-json', path])).Dir

// Kueue expects to run in its own pod: fixed paths for certificates, a fixed port, in-cluster credentials. These few lines make it a process
// like any other, so that two may stand beside each other on loopback.
const kueueChanges = [
  {
    file: 'cmd/kueue/main.go',
    from: 'metricsCertPath := "/etc/kueue/metrics/certs"',
    to: 'metricsCertPath := "certificates"',
  },
  {
    file: 'pkg/visibility/server.go',
    from: 'certDir = "/visibility"',
    to: 'certDir = "certificates"',
  },
  { file: 'pkg/visibility/server.go', from: '\t"net"\n', to: '\t"net"\n\t"os"\n\t"strconv"\n' },
  {
    file: 'pkg/visibility/server.go',
    from: 'o.SecureServing.BindPort = 8082',
    to: [
      'o.SecureServing.BindPort, _ = strconv.Atoi(os.Getenv("VISIBILITY_PORT"))',
      'o.SecureServing.BindAddress = net.ParseIP("127.0.0.1")',
      'o.Authentication.RemoteKubeConfigFile = os.Getenv("KUBECONFIG")',
      'o.Authorization.RemoteKubeConfigFile = os.Getenv("KUBECONFIG")',
      'o.CoreAPI.CoreAPIKubeconfigPath = os.Getenv("KUBECONFIG")',
    ].join('\n\t'),
  },
]

/** A copy of the module with the changes, where it can be built; Go lets nobody replace files of its own cache. */
function changed(source, folder) {
  for (const name of ['apis', 'client-go', 'cmd', 'internal', 'pkg', 'go.mod', 'go.sum'])
    cpSync(join(source, name), join(folder, name), { recursive: true })
  // Files of the module cache are read-only, and so are their copies.
  run('chmod', ['-R', 'u+w', folder])
  for (const { file, from, to } of kueueChanges) {
    const text = readFileSync(join(folder, file), 'utf8')
    if (!text.includes(from)) throw new Error(`${file} of Kueue no longer says ${from}`)
    writeFileSync(
      join(folder, file),
      text.replace(from, () => to),
    )
  }
  return folder
}

/** Definitions that come with the modules Kueue is built against: the versions fit each other. */
const definitions = [
  { set: 'kueue', module: kueue, folder: 'config/components/crd/bases', files: /\.yaml$/ },
  {
    set: 'kueue-webhooks',
    module: kueue,
    folder: 'config/components/webhook',
    files: /^manifests\.yaml$/,
  },
  {
    set: 'jobset',
    module: 'sigs.k8s.io/jobset',
    folder: 'config/components/crd/bases',
    files: /jobsets\.yaml$/,
  },
  {
    set: 'pytorchjob',
    module: 'github.com/kubeflow/training-operator',
    folder: 'manifests/base/crds',
    files: /pytorchjobs\.yaml$/,
  },
  {
    set: 'trainjob',
    module: 'github.com/kubeflow/trainer/v2',
    folder: 'manifests/base/crds',
    files: /trainer\.kubeflow\.org_.*\.yaml$/,
  },
]

function installKueue(folder) {
  const source = moduleFolder('kueue', kueue)
  for (const { set, module, folder: from, files } of definitions) {
    const found = join(moduleFolder('kueue', module), from)
    mkdirSync(join(folder, 'definitions', set), { recursive: true })
    for (const file of readdirSync(found).filter(
      (name) => files.test(name) && name !== 'kustomization.yaml',
    )) {
      writeFileSync(join(folder, 'definitions', set, file), readFileSync(join(found, file)))
    }
  }
  const copy = changed(source, join(folder, 'source'))
  run(
    'go',
    [
      'build',
      '-trimpath',
      `-p=${availableParallelism()}`,
      '-ldflags',
      '-s -w',
      '-o',
      join(folder, 'kueue'),
      './cmd/kueue',
    ],
    { cwd: copy, env: goEnvironment },
  )
  rmSync(copy, { recursive: true })
}

function installRclone(folder) {
  run(
    'go',
    [
      'build',
      '-trimpath',
      `-p=${availableParallelism()}`,
      '-ldflags',
      '-s -w',
      '-o',
      join(folder, 'rclone'),
      '.',
    ],
    { cwd: join(here, 'go', 'rclone'), env: goEnvironment },
  )
}

function installMoto(folder) {
  run('python3', ['-m', 'venv', folder])
  run(join(folder, 'bin', 'pip'), [
    'install',
    '--quiet',
    '--no-input',
    '--disable-pip-version-check',
    '--only-binary=:all:',
    '-r',
    join(here, 'python', 'moto.txt'),
  ])
}

const isInstalled = (name) =>
  spawnSync('dpkg-query', ['-W', '-f', '${Status}', name], { encoding: 'utf8' }).stdout?.includes(
    'ok installed',
  ) ?? false
const onThisMachine = (name) =>
  ['/usr/local/sbin', '/usr/sbin', '/usr/local/bin', '/usr/bin', '/usr/libexec']
    .map((path) => join(path, name))
    .find((path) => existsSync(path))

/** Unpacks Debian packages into the cache, as anybody may: nothing is installed on the machine and no service is started. */
function unpackDebian(folder, packages) {
  const wanted = packages.filter((name, index) => index === 0 || !isInstalled(name))
  const fetch = () => run('apt-get', ['download', '-q', ...wanted], { cwd: folder })
  try {
    fetch()
  } catch {
    // Images often come without the lists of what there is.
    run('apt-get', ['update', '-q'])
    fetch()
  }
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.deb'))) {
    run('dpkg', ['-x', join(folder, file), folder])
    rmSync(join(folder, file))
  }
}

const slapdPackages = [
  'slapd',
  'libldap-2.5-0',
  'libltdl7',
  'libodbc2',
  'libwrap0',
  'libnsl2',
  'libsasl2-2',
  'libgnutls30',
  'libhogweed6',
  'libnettle8',
  'libgmp10',
  'libidn2-0',
  'libunistring2',
  'libtasn1-6',
  'libp11-kit0',
  'libffi8',
  'libtirpc3',
  'libgssapi-krb5-2',
  'libkrb5-3',
  'libk5crypto3',
  'libkrb5support0',
]
const debian = (name, packages, needs) => ({
  made: packages.join(),
  lacks: () => (onThisMachine('dpkg') && onThisMachine('apt-get') ? undefined : needs),
  needs,
  files: [join('usr', name)],
  install: (folder) => unpackDebian(folder, packages),
})

/** Every part with what its hash is made from, what it needs, and how it is installed. */
export const parts = {
  kueue: {
    made: JSON.stringify([
      kueueChanges,
      definitions.map((each) => [each.set, String(each.files)]),
      ['go.mod', 'go.sum'].map((file) => readFileSync(join(here, 'go', 'kueue', file), 'utf8')),
    ]),
    lacks: lacksGo,
    needs: 'Go',
    files: ['kueue'],
    install: installKueue,
  },
  moto: {
    made: readFileSync(join(here, 'python', 'moto.txt'), 'utf8'),
    needs: 'Python 3.11 with venv',
    files: ['bin/moto_server'],
    install: installMoto,
    lacks: () =>
      spawnSync('python3', [
        '-c',
        'import venv, ensurepip, sys; sys.exit(sys.version_info < (3, 10))',
      ]).status === 0
        ? undefined
        : 'Python 3.10 or newer with venv is not installed',
  },
  rclone: {
    made: ['main.go', 'go.mod', 'go.sum']
      .map((file) => readFileSync(join(here, 'go', 'rclone', file), 'utf8'))
      .join(),
    lacks: lacksGo,
    needs: 'Go',
    files: ['rclone'],
    install: installRclone,
  },
  slapd: debian(
    'sbin/slapd',
    slapdPackages,
    'slapd is not installed and apt-get is not there to fetch it',
  ),
  prometheus: debian(
    'bin/prometheus',
    ['prometheus'],
    'prometheus is not installed and apt-get is not there to fetch it',
  ),
}

export const partFolder = (name) =>
  join(
    cacheRoot(),
    'cluster-parts',
    `${name}-${createHash('sha256').update(parts[name].made).update(process.arch).digest('hex').slice(0, 12)}`,
  )
const stamp = (name) => `${partFolder(name)}.done`
const refusal = (name) => `${partFolder(name)}.lacks`

/** Where a part lies, or what it lacked when it was to be installed. */
export function wherePart(name) {
  if (existsSync(stamp(name))) return { folder: partFolder(name) }
  return {
    lacks: existsSync(refusal(name))
      ? readFileSync(refusal(name), 'utf8')
      : (parts[name].lacks() ??
        `${name} is not installed: run npm run test:cluster, or node test/cluster/stack/install.mjs`),
  }
}

function refuse(name, why) {
  mkdirSync(dirname(refusal(name)), { recursive: true })
  writeFileSync(refusal(name), `${name}: ${why}`)
  return { lacks: `${name}: ${why}` }
}

/** Installs one part unless it is there; answers what it lacked instead of throwing, since the other suites can do without it. */
export function installPart(name, say) {
  if (existsSync(stamp(name))) return { folder: partFolder(name) }
  rmSync(refusal(name), { force: true })
  const part = parts[name]
  const lacking = part.lacks()
  if (lacking) return refuse(name, lacking)
  const folder = partFolder(name)
  const started = performance.now()
  say(`installing ${name} ...`)
  try {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    part.install(folder)
    const missing = part.files.filter((file) => !existsSync(join(folder, file)))
    if (missing.length > 0) throw new Error(`${missing.join(', ')} did not come with it`)
    writeFileSync(`${stamp(name)}.${process.pid}`, '')
    renameSync(`${stamp(name)}.${process.pid}`, stamp(name))
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    return refuse(name, error.message)
  }
  say(`${name} installed in ${Math.round((performance.now() - started) / 1000)} s`)
  return { folder }
}
