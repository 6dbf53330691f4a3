// Builds the servers the cluster tests run against, once, into a cache shared by all checkouts.
// Needs only Node and Go. Exit code 77 means: skipped, with the reason printed.
import { spawn } from 'node:child_process'
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
import { availableParallelism, constants, setPriority } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { cacheRoot, installPart, lacksGo, parts, wherePart } from './parts.mjs'

const SKIPPED = 77
const here = import.meta.dirname
const modules = join(here, 'go')
/** The modules a plane is made from; what else is built belongs to a part of its own. */
const own = ['crds', 'etcd', 'kwok', 'plane']

const kubernetes = '1.34.4'
const stamp = ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version']
  .map(
    (path) => `-X ${path}.gitVersion=v${kubernetes} -X ${path}.gitMajor=1 -X ${path}.gitMinor=34`,
  )
  .join(' ')

// KWOK does not compile against the Kubernetes the servers are built from, so each module stands alone.
const programs = [
  { name: 'etcd', module: 'etcd', source: 'go.etcd.io/etcd/server/v3', flags: '-s -w' },
  {
    name: 'kube-apiserver',
    module: 'plane',
    source: 'k8s.io/kubernetes/cmd/kube-apiserver',
    flags: `-s -w ${stamp}`,
  },
  {
    name: 'kube-controller-manager',
    module: 'plane',
    source: 'k8s.io/kubernetes/cmd/kube-controller-manager',
    flags: `-s -w ${stamp}`,
  },
  {
    name: 'kube-scheduler',
    module: 'plane',
    source: 'k8s.io/kubernetes/cmd/kube-scheduler',
    flags: `-s -w ${stamp}`,
  },
  { name: 'kwok', module: 'kwok', source: 'sigs.k8s.io/kwok/cmd/kwok', flags: '-s -w' },
]

const definitions = [
  {
    name: 'snapshot',
    module: 'github.com/kubernetes-csi/external-snapshotter/client/v8',
    folder: 'config/crd',
    files: /^snapshot\.storage\.k8s\.io_volumesnapshot(s|classes|contents)\.yaml$/,
  },
]

/** The folder of the finished servers; its name changes whenever a pinned version or a build flag does. */
function stackFolder() {
  const hash = createHash('sha256').update(
    JSON.stringify([programs, definitions.map((each) => String(each.files))]),
  )
  for (const name of own) {
    for (const file of ['go.mod', 'go.sum']) hash.update(readFileSync(join(modules, name, file)))
  }
  return join(cacheRoot(), 'cluster-stack', hash.digest('hex').slice(0, 16))
}

function say(text) {
  process.stdout.write(`cluster stack: ${text}\n`)
}

function go(module, args, stdio = 'inherit') {
  const env = {
    ...process.env,
    CGO_ENABLED: '0',
    GOFLAGS: '-mod=readonly -buildvcs=false',
    GOWORK: 'off',
  }
  return new Promise((resolve, reject) => {
    const child = spawn('go', args, {
      cwd: join(modules, module),
      env,
      stdio: ['ignore', stdio, 'inherit'],
    })
    let output = ''
    child.stdout?.on('data', (chunk) => (output += chunk))
    child.on('error', reject)
    child.on('exit', (code) =>
      code === 0 ? resolve(output) : reject(new Error(`go ${args.join(' ')} ended with ${code}`)),
    )
  })
}

async function build(program, folder) {
  const target = join(folder, program.name)
  if (existsSync(target)) return
  say(
    `building ${program.name} (a first build of everything takes about ten minutes on two cores) ...`,
  )
  const started = performance.now()
  // A build that is cut short must never look finished, hence the rename.
  const unfinished = `${target}.${process.pid}`
  await go(program.module, [
    'build',
    '-trimpath',
    `-p=${availableParallelism()}`,
    '-ldflags',
    program.flags,
    '-o',
    unfinished,
    program.source,
  ])
  renameSync(unfinished, target)
  say(`${program.name} built in ${Math.round((performance.now() - started) / 1000)} s`)
}

async function fetchDefinitions(set, folder) {
  const target = join(folder, 'crds', set.name)
  if (existsSync(target)) return
  const answer = JSON.parse(await go('crds', ['mod', 'download', '-json', set.module], 'pipe'))
  const unfinished = `${target}.${process.pid}`
  mkdirSync(unfinished, { recursive: true })
  for (const file of readdirSync(join(answer.Dir, set.folder)).filter((name) =>
    set.files.test(name),
  )) {
    cpSync(join(answer.Dir, set.folder, file), join(unfinished, file))
  }
  renameSync(unfinished, target)
  say(`fetched the ${set.name} resource definitions`)
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

function ownerOf(file) {
  try {
    return Number(readFileSync(file, 'utf8'))
  } catch {
    return 0
  }
}

/** Waits while another process fills the same cache; a lock whose owner has died is taken over. */
async function lock(folder) {
  const file = join(folder, 'lock')
  for (let waited = false; ; waited = true) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' })
      return () => rmSync(file, { force: true })
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
    const owner = ownerOf(file)
    if (owner > 0 && !isAlive(owner)) rmSync(file, { force: true })
    else if (!waited) say(`another process (${owner}) is building; waiting for it`)
    await sleep(500)
  }
}

function missing(folder) {
  const files = [
    ...programs.map((each) => each.name),
    ...definitions.map((each) => join('crds', each.name)),
  ]
  return files.filter((file) => !existsSync(join(folder, file)))
}

async function install() {
  const folder = stackFolder()
  if (missing(folder).length === 0) say(`ready in ${folder}`)
  else {
    const reason = lacksGo()
    if (reason) {
      say(`skipped: ${reason}`)
      process.exitCode = SKIPPED
      return
    }
    await locked(folder, async () => {
      for (const program of programs) await build(program, folder)
      for (const set of definitions) await fetchDefinitions(set, folder)
    })
    say(`ready in ${folder}`)
  }
  await installParts()
}

/** What lacks something is named and skipped; TAKT_REQUIRE_CLUSTER makes that an error. */
async function installParts() {
  const wanted = Object.keys(parts).filter((name) => wherePart(name).folder === undefined)
  if (wanted.length === 0) return
  const lacking = await locked(join(cacheRoot(), 'cluster-parts'), () =>
    wanted.map((name) => installPart(name, say).lacks).filter((lacks) => lacks !== undefined),
  )
  for (const lacks of lacking) say(`skipped: ${lacks}`)
  if (lacking.length > 0 && process.env.TAKT_REQUIRE_CLUSTER) process.exitCode = 1
}

async function locked(folder, work) {
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL)
  mkdirSync(folder, { recursive: true })
  const unlock = await lock(folder)
  try {
    return await work()
  } finally {
    unlock()
  }
}

const asked = process.argv.indexOf('--part')
if (process.argv.includes('--where')) process.stdout.write(stackFolder())
else if (asked > 0) process.stdout.write(JSON.stringify(wherePart(process.argv[asked + 1] ?? '')))
else await install()
