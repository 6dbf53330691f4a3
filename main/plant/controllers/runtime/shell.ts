import type { Clock } from '../../../kernel/clock'
import { hexOf, type Pod } from '../objects'
import { faultsOf, splitGpusOf } from '../scheduling/devices'
import { devicesOf } from '../scheduling/requests'
import type { Node } from '../objects'
import type { PodFiles } from './files'
import { packagesOf, programOf } from './images'
import { nvidiaSmi } from './nvidia-smi'

/** What a command finds in its container. */
export interface Surroundings { pod: Pod; node: Node | undefined; files: PodFiles; clock: Clock; cwd: string }
export interface Answer { code: number; out: string; err: string }

const said = (out: string): Answer => ({ code: 0, out: out === '' || out.endsWith('\n') ? out : `${out}\n`, err: '' })
const failed = (err: string, code = 1): Answer => ({ code, out: '', err: `${err}\n` })
type Command = (args: string[], at: Surroundings) => Answer

/** Runs one command line given as words: a handful of programs people and tools ask for, answered from the state of the pod. */
export function runCommand(words: string[], at: Surroundings): Answer {
  const [program = '', ...args] = words
  const name = program.split('/').at(-1) ?? program
  if ((name === 'sh' || name === 'bash') && args.length > 0) {
    const script = args[args.findIndex((arg) => /^-[a-z]*c$/.test(arg)) + 1]
    return script === undefined ? failed(`${name}: ${args.join(' ')}: not a file here`, 127) : runScript(script, at)
  }
  const command = COMMANDS[name]
  return command ? command(args, at) : failed(`sh: 1: ${name}: not found`, 127)
}

/** Runs a script of simple commands joined by ; && || and newlines, with redirection into files of a volume. */
export function runScript(script: string, at: Surroundings): Answer {
  const total: Answer = { code: 0, out: '', err: '' }
  let joiner = ';'
  for (const part of script.split(/(\n|;|&&|\|\|)/)) {
    if (/^(\n|;|&&|\|\|)$/.test(part)) { joiner = part; continue }
    if (part.trim() === '' || (joiner === '&&' && total.code !== 0) || (joiner === '||' && total.code === 0)) continue
    const answer = runSimple(part.trim(), at)
    Object.assign(total, { code: answer.code, out: total.out + answer.out, err: total.err + answer.err })
  }
  return total
}

function runSimple(line: string, at: Surroundings): Answer {
  const quiet = line.replace(/\s+2>\s*(&1|\/dev\/null)/g, '')
  const redirect = /^(.*?)\s*(>>?)\s*(\S+)$/.exec(quiet)
  const answer = runCommand(wordsOf(redirect?.[1] ?? quiet, at), at)
  if (!redirect || redirect[3] === '/dev/null') return answer
  const path = absolute(redirect[3] ?? '', at)
  const before = redirect[2] === '>>' ? at.files.list().get(path) ?? '' : ''
  const problem = at.files.write(path, before + answer.out)
  return problem ? failed(`sh: 1: cannot create ${path}: ${problem}`, 2) : { ...answer, out: '' }
}

/** Splits a line into words as a shell does: quotes hold together, $NAME stands for its value. */
function wordsOf(line: string, at: Surroundings): string[] {
  const words = line.match(/"[^"]*"|'[^']*'|[^\s"']+/g) ?? []
  const env = environmentOf(at)
  return words.map((word) => {
    if (word.startsWith("'")) return word.slice(1, -1)
    return word.replace(/^"|"$/g, '').replace(/\$\{?([A-Za-z_]\w*)\}?/g, (_all, name: string) => env.get(name) ?? '')
  })
}

const absolute = (path: string, at: Surroundings) => (path.startsWith('/') ? path : `${at.cwd}/${path.replace(/^\.\//, '')}`).replace(/\/+$/, '') || '/'

function environmentOf({ pod }: Surroundings): Map<string, string> {
  const env = new Map([['PATH', '/opt/conda/bin:/usr/local/bin:/usr/bin:/bin'], ['HOSTNAME', pod.spec.hostname ?? pod.metadata.name], ['HOME', '/home/jovyan'], ['KUBERNETES_SERVICE_HOST', '10.96.0.1']])
  for (const { name, value, valueFrom } of pod.spec.containers[0]?.env ?? []) {
    if (value !== undefined) env.set(name, value)
    else if (valueFrom?.fieldRef?.fieldPath === 'metadata.name') env.set(name, pod.metadata.name)
    else if (valueFrom?.fieldRef?.fieldPath === 'metadata.namespace') env.set(name, pod.metadata.namespace ?? '')
  }
  const devices = devicesOf(pod)
  if (devices.length > 0) env.set('NVIDIA_VISIBLE_DEVICES', devices.join(','))
  return env
}

function listFolder(args: string[], at: Surroundings): Answer {
  const folder = absolute(args.find((arg) => !arg.startsWith('-')) ?? '.', at).replace(/\/\.$/, '')
  const files = at.files.list()
  if (files.has(folder)) return said(folder)
  const inside = new Set([...files.keys()].filter((path) => path.startsWith(folder === '/' ? '/' : `${folder}/`)).map((path) => path.slice(folder === '/' ? 1 : folder.length + 1).split('/')[0] ?? ''))
  const volumes = (at.pod.spec.containers[0]?.volumeMounts ?? []).map(({ mountPath }) => mountPath.replace(/\/$/, ''))
  for (const path of [...volumes, '/home/jovyan', '/tmp', '/etc/hostname', '/usr/bin', '/opt/conda']) {
    if (path.startsWith(folder === '/' ? '/' : `${folder}/`)) inside.add(path.slice(folder === '/' ? 1 : folder.length + 1).split('/')[0] ?? '')
  }
  const known = inside.size > 0 || volumes.includes(folder) || ['/tmp', '/home/jovyan'].includes(folder)
  return known ? said([...inside].filter((name) => !name.startsWith('.') || args.some((arg) => /^-\w*[aA]/.test(arg))).sort().join('\n')) : failed(`ls: cannot access '${folder}': No such file or directory`, 2)
}

function printFiles(args: string[], at: Surroundings): Answer {
  const files = at.files.list().set('/etc/hostname', `${at.pod.metadata.name}\n`).set('/etc/os-release', 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n')
  const missing = args.find((path) => !files.has(absolute(path, at)))
  return missing === undefined ? said(args.map((path) => files.get(absolute(path, at)) ?? '').join('')) : failed(`cat: ${missing}: No such file or directory`)
}

function python(args: string[]): Answer {
  if (args.includes('--version') || args.includes('-V')) return said('Python 3.13.9')
  return failed('The simulated container has no interpreter: it answers python --version, pip and git only')
}

function pip(args: string[], at: Surroundings): Answer {
  const packages = packagesOf(at.pod, devicesOf(at.pod).length)
  const pairs = packages.map((line) => line.split('=='))
  if (args[0] === 'freeze') return said(packages.join('\n'))
  if (args[0] === 'list' && args.includes('--format=json')) return said(JSON.stringify(pairs.map(([name, version]) => ({ name, version }))))
  if (args[0] === 'list') return said(['Package Version', '------- -------', ...pairs.map((pair) => pair.join(' '))].join('\n'))
  return args[0] === '--version' ? said('pip 26.1 from /opt/conda/lib/python3.13/site-packages/pip (python 3.13)') : failed(`ERROR: unknown command "${args[0] ?? ''}"`)
}

/** git over a working copy that is marked by a .git/HEAD file in some folder of the volumes. */
function git(args: string[], at: Surroundings): Answer {
  const folder = args[0] === '-C' ? absolute(args[1] ?? '.', at) : at.cwd
  const [verb, ...rest] = args[0] === '-C' ? args.slice(2) : args
  if (verb === '--version') return said('git version 2.51.2')
  const files = at.files.list()
  if (verb === 'clone') return clone(rest.filter((arg) => !arg.startsWith('-')), at)
  const root = ancestors(folder).find((path) => files.has(`${path}/.git/HEAD`))
  if (root === undefined) return failed('fatal: not a git repository (or any of the parent directories): .git', 128)
  const head = files.get(`${root}/.git/HEAD`)?.trim() ?? ''
  if (verb === 'rev-parse') return said(rest.includes('--show-toplevel') ? root : rest.includes('--abbrev-ref') ? 'main' : rest.includes('--short') ? head.slice(0, 7) : head)
  if (verb === 'status') return said(files.get(`${root}/.git/changes`) ?? '')
  if (verb === 'remote' || verb === 'config') return said(files.get(`${root}/.git/origin`) ?? '')
  return verb === 'log' ? said(head) : failed(`git: '${verb ?? ''}' is not a git command here`)
}
function clone([address = '', folder]: string[], at: Surroundings): Answer {
  const into = absolute(folder ?? address.split('/').at(-1)?.replace(/\.git$/, '') ?? 'repository', at)
  const problem = at.files.write(`${into}/.git/HEAD`, hexOf(address, 40)) ?? at.files.write(`${into}/.git/origin`, address) ?? at.files.write(`${into}/README.md`, `# ${address.split('/').at(-1) ?? ''}\n`)
  return problem ? failed(`fatal: could not create work tree dir '${into}': ${problem}`, 128) : { code: 0, out: '', err: `Cloning into '${into}'...\n` }
}
const ancestors = (path: string) => path.split('/').map((_part, index, parts) => parts.slice(0, parts.length - index).join('/')).filter((each) => each !== '')

const VERSIONS: Record<string, string> = { jupyter: 'jupyter_core     : 5.10.0\njupyter_server   : 2.18.0\njupyterlab       : 4.6.1', vscode: '4.106.2 with Code 1.106.2', rstudio: '2026.09.0+387', mlflow: 'mlflow, version 3.6.0' }
const version = (program: string): Command => (_args, at) => (programOf(at.pod) === program ? said(VERSIONS[program] ?? '') : failed(`sh: 1: ${program}: not found`, 127))

const COMMANDS: Record<string, Command> = {
  true: () => said(''), false: () => failed('', 1), sync: () => said(''), ':': () => said(''),
  echo: (args) => said(`${args.filter((arg) => arg !== '-n').join(' ')}\n`), printf: ([format = '', ...args]) => said(format.replace(/%s/g, () => args.shift() ?? '').replace(/\\n/g, '\n')),
  pwd: (_args, at) => said(at.cwd), whoami: () => said('jovyan'), id: () => said('uid=1000(jovyan) gid=100(users) groups=100(users)'), hostname: (_args, at) => said(at.pod.spec.hostname ?? at.pod.metadata.name),
  date: (_args, at) => said(new Date(at.clock.now()).toUTCString()), uname: () => said('Linux'), nproc: (_args, at) => said(String(at.pod.spec.containers[0]?.resources?.limits?.['cpu'] ?? at.pod.spec.containers[0]?.resources?.requests?.['cpu'] ?? '1')),
  env: (_args, at) => said([...environmentOf(at)].map(([name, value]) => `${name}=${value}`).join('\n')), printenv: (args, at) => said(environmentOf(at).get(args[0] ?? '') ?? ''),
  ls: listFolder, cat: printFiles, test: (args, at) => ({ code: at.files.list().has(absolute(args.at(-1) ?? '', at)) ? 0 : 1, out: '', err: '' }), mkdir: () => said(''),
  cd: (args, at) => { at.cwd = absolute(args[0] ?? '/home/jovyan', at); return said('') },
  touch: ([path = ''], at) => { const problem = at.files.write(absolute(path, at), at.files.list().get(absolute(path, at)) ?? ''); return problem ? failed(`touch: cannot touch '${path}': ${problem}`) : said('') },
  python, python3: python, pip, pip3: pip, git, jupyter: version('jupyter'), 'code-server': version('vscode'), rserver: version('rstudio'), mlflow: version('mlflow'),
  'nvidia-smi': (args, at) => (devicesOf(at.pod).length > 0 ? said(nvidiaSmi(at.pod, { node: at.node, now: at.clock.now(), query: args, faults: at.node ? faultsOf(at.node) : {}, split: at.node ? splitGpusOf(at.node) : [] })) : failed('sh: 1: nvidia-smi: not found', 127)),
}
