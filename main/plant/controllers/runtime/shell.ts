import { faultsOf, splitGpusOf } from '../scheduling/devices'
import { devicesOf } from '../scheduling/requests'
import { absolute, failed, said, type Answer, type Surroundings } from './answers'
import { git } from './git'
import { packagesOf, programOf } from './images'
import { nvidiaSmi } from './nvidia-smi'
import { runningAt } from './work'

type Command = (args: string[], at: Surroundings) => Answer

/** Runs one command line given as words: a handful of programs people and tools ask for, answered from the state of the pod. */
export function runCommand(words: string[], at: Surroundings): Answer {
  const [program = '', ...args] = words
  const name = program.split('/').at(-1) ?? program
  if ((name === 'sh' || name === 'bash') && args.length > 0) {
    const script = args[args.findIndex((arg) => /^-[a-z]*c$/.test(arg)) + 1]
    return script === undefined
      ? failed(`${name}: ${args.join(' ')}: not a file here`, 127)
      : runScript(script, at)
  }
  const command = COMMANDS[name]
  return command ? command(args, at) : failed(`sh: 1: ${name}: not found`, 127)
}

/** Runs a script of simple commands joined by ; && || and newlines, with redirection into files of a volume. */
export function runScript(script: string, at: Surroundings): Answer {
  const total: Answer = { code: 0, out: '', err: '' }
  let joiner = ';'
  for (const part of script.split(/(\n|;|&&|\|\|)/)) {
    if (/^(\n|;|&&|\|\|)$/.test(part)) {
      joiner = part
      continue
    }
    if (
      part.trim() === '' ||
      (joiner === '&&' && total.code !== 0) ||
      (joiner === '||' && total.code === 0)
    )
      continue
    const answer = runSimple(part.trim(), at)
    Object.assign(total, {
      code: answer.code,
      out: total.out + answer.out,
      err: total.err + answer.err,
    })
  }
  return total
}

function runSimple(line: string, at: Surroundings): Answer {
  const quiet = line.replace(/\s+2>\s*(&1|\/dev\/null)/g, '')
  const redirect = /^(.*?)\s*(>>?)\s*(\S+)$/.exec(quiet)
  const answer = runCommand(wordsOf(redirect?.[1] ?? quiet, at), at)
  if (!redirect || redirect[3] === '/dev/null') return answer
  const path = absolute(redirect[3] ?? '', at)
  const before = redirect[2] === '>>' ? (at.files.list().get(path) ?? '') : ''
  const problem = at.files.write(path, before + answer.out)
  return problem ? failed(`sh: 1: cannot create ${path}: ${problem}`, 2) : { ...answer, out: '' }
}

/** Splits a line into words as a shell does: quotes hold together, $NAME stands for its value. */
function wordsOf(line: string, at: Surroundings): string[] {
  const words = line.match(/"[^"]*"|'[^']*'|[^\s"']+/g) ?? []
  const env = environmentOf(at)
  return words.map((word) => {
    if (word.startsWith("'")) return word.slice(1, -1)
    return word
      .replace(/^"|"$/g, '')
      .replace(/\$\{?([A-Za-z_]\w*)\}?/g, (_all, name: string) => env.get(name) ?? '')
  })
}

function environmentOf({ pod }: Surroundings): Map<string, string> {
  const { name, namespace = '' } = pod.metadata
  const fields: Record<string, string> = { 'metadata.name': name, 'metadata.namespace': namespace }
  const env = new Map([
    ['PATH', '/opt/conda/bin:/usr/local/bin:/usr/bin:/bin'],
    ['HOSTNAME', pod.spec.hostname ?? name],
    ['HOME', '/home/jovyan'],
    ['KUBERNETES_SERVICE_HOST', '10.96.0.1'],
  ])
  for (const each of pod.spec.containers[0]?.env ?? [])
    env.set(each.name, each.value ?? fields[each.valueFrom?.fieldRef?.fieldPath ?? ''] ?? '')
  const devices = devicesOf(pod)
  if (devices.length > 0) env.set('NVIDIA_VISIBLE_DEVICES', devices.join(','))
  return env
}

function listFolder(args: string[], at: Surroundings): Answer {
  const folder = absolute(args.find((arg) => !arg.startsWith('-')) ?? '.', at).replace(/\/\.$/, '')
  const files = at.files.list()
  if (files.has(folder)) return said(folder)
  const volumes = (at.pod.spec.containers[0]?.volumeMounts ?? []).map(({ mountPath }) =>
    mountPath.replace(/\/$/, ''),
  )
  const prefix = folder === '/' ? '/' : `${folder}/`
  const paths = [
    ...files.keys(),
    ...volumes,
    '/home/jovyan',
    '/tmp',
    '/etc/hostname',
    '/usr/bin',
    '/opt/conda',
  ]
  const inside = new Set(
    paths
      .filter((path) => path.startsWith(prefix))
      .map((path) => path.slice(prefix.length).split('/')[0] ?? ''),
  )
  if (inside.size === 0 && ![...volumes, '/tmp', '/home/jovyan'].includes(folder))
    return failed(`ls: cannot access '${folder}': No such file or directory`, 2)
  const all = args.some((arg) => /^-\w*[aA]/.test(arg))
  return said(
    [...inside]
      .filter((name) => all || !name.startsWith('.'))
      .sort()
      .join('\n'),
  )
}

/** The processes of a pod as /proc tells them: its server, and in a terminal what somebody began there. */
function processes({ pod, clock }: Surroundings): Answer {
  const stat = (pid: number, name: string, [session, tty] = [1, 0]) =>
    `${String(pid)} (${name}) S 1 ${String(pid)} ${String(session)} ${String(tty)} -1 4194304 0 0`
  const commands = runningAt(pod, clock.now()).filter(({ kind }) => kind === 'command')
  return said(
    [
      stat(1, 'tini'),
      stat(7, programOf(pod)),
      ...commands.flatMap(({ name }, index) => [
        stat(40 + 2 * index, 'bash', [40 + 2 * index, 34816]),
        stat(41 + 2 * index, name, [40 + 2 * index, 34816]),
      ]),
    ].join('\n'),
  )
}

function printFiles(args: string[], at: Surroundings): Answer {
  if (args.includes('/proc/[0-9]*/stat')) return processes(at)
  const files = at.files
    .list()
    .set('/etc/hostname', `${at.pod.metadata.name}\n`)
    .set('/etc/os-release', 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n')
  const missing = args.find((path) => !files.has(absolute(path, at)))
  return missing === undefined
    ? said(args.map((path) => files.get(absolute(path, at)) ?? '').join(''))
    : failed(`cat: ${missing}: No such file or directory`)
}

function python(args: string[]): Answer {
  if (args.includes('--version') || args.includes('-V')) return said('Python 3.13.9')
  return failed(
    'The simulated container has no interpreter: it answers python --version, pip and git only',
  )
}

function pip(args: string[], at: Surroundings): Answer {
  const packages = packagesOf(at.pod, devicesOf(at.pod).length)
  const pairs = packages.map((line) => line.split('=='))
  if (args[0] === 'freeze') return said(packages.join('\n'))
  if (args[0] === 'list' && args.includes('--format=json'))
    return said(JSON.stringify(pairs.map(([name, version]) => ({ name, version }))))
  if (args[0] === 'list')
    return said(
      ['Package Version', '------- -------', ...pairs.map((pair) => pair.join(' '))].join('\n'),
    )
  return args[0] === '--version'
    ? said('pip 26.1 from /opt/conda/lib/python3.13/site-packages/pip (python 3.13)')
    : failed(`ERROR: unknown command "${args[0] ?? ''}"`)
}

const VERSIONS: Record<string, string> = {
  jupyter: 'jupyter_core     : 5.10.0\njupyter_server   : 2.18.0\njupyterlab       : 4.6.1',
  vscode: '4.106.2 with Code 1.106.2',
  rstudio: '2026.09.0+387',
  mlflow: 'mlflow, version 3.6.0',
}
const version =
  (program: string): Command =>
  (_args, at) =>
    programOf(at.pod) === program
      ? said(VERSIONS[program] ?? '')
      : failed(`sh: 1: ${program}: not found`, 127)

const COMMANDS: Record<string, Command> = {
  true: () => said(''),
  false: () => failed('', 1),
  sync: () => said(''),
  ':': () => said(''),
  echo: (args) => said(`${args.filter((arg) => arg !== '-n').join(' ')}\n`),
  printf: ([format = '', ...args]) =>
    said(format.replace(/%s/g, () => args.shift() ?? '').replace(/\\n/g, '\n')),
  pwd: (_args, at) => said(at.cwd),
  whoami: () => said('jovyan'),
  id: () => said('uid=1000(jovyan) gid=100(users) groups=100(users)'),
  hostname: (_args, at) => said(at.pod.spec.hostname ?? at.pod.metadata.name),
  date: (_args, at) => said(new Date(at.clock.now()).toUTCString()),
  uname: () => said('Linux'),
  nproc: (_args, at) =>
    said(
      String(
        at.pod.spec.containers[0]?.resources?.limits?.['cpu'] ??
          at.pod.spec.containers[0]?.resources?.requests?.['cpu'] ??
          '1',
      ),
    ),
  env: (_args, at) =>
    said([...environmentOf(at)].map(([name, value]) => `${name}=${value}`).join('\n')),
  printenv: (args, at) => said(environmentOf(at).get(args[0] ?? '') ?? ''),
  ls: listFolder,
  cat: printFiles,
  test: (args, at) => ({
    code: at.files.list().has(absolute(args.at(-1) ?? '', at)) ? 0 : 1,
    out: '',
    err: '',
  }),
  mkdir: () => said(''),
  cd: (args, at) => {
    at.cwd = absolute(args[0] ?? '/home/jovyan', at)
    return said('')
  },
  touch: ([path = ''], at) => {
    const problem = at.files.write(
      absolute(path, at),
      at.files.list().get(absolute(path, at)) ?? '',
    )
    return problem ? failed(`touch: cannot touch '${path}': ${problem}`) : said('')
  },
  python,
  python3: python,
  pip,
  pip3: pip,
  git,
  jupyter: version('jupyter'),
  'code-server': version('vscode'),
  rserver: version('rstudio'),
  mlflow: version('mlflow'),
  'nvidia-smi': (args, at) =>
    devicesOf(at.pod).length > 0
      ? said(
          nvidiaSmi(at.pod, {
            node: at.node,
            now: at.clock.now(),
            query: args,
            faults: at.node ? faultsOf(at.node) : {},
            split: at.node ? splitGpusOf(at.node) : [],
          }),
        )
      : failed('sh: 1: nvidia-smi: not found', 127),
}
