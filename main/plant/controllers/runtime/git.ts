import { hexOf } from '../objects'
import { absolute, failed, said, type Answer, type Surroundings } from './answers'

/** git over a working copy that is marked by a .git/HEAD file in some folder of the volumes. */
export function git(args: string[], at: Surroundings): Answer {
  const moved = args[0] === '-C'
  const [verb = '', ...rest] = moved ? args.slice(2) : args
  if (verb === '--version') return said('git version 2.51.2')
  if (verb === 'clone')
    return clone(
      rest.filter((arg) => !arg.startsWith('-')),
      at,
    )
  const files = at.files.list()
  const root = ancestors(moved ? absolute(args[1] ?? '.', at) : at.cwd).find((path) =>
    files.has(`${path}/.git/HEAD`),
  )
  if (root === undefined)
    return failed('fatal: not a git repository (or any of the parent directories): .git', 128)
  const kept = (name: string) => files.get(`${root}/.git/${name}`)?.trim() ?? ''
  const answers: Record<string, () => string> = {
    'rev-parse': () => revParse(rest, root, kept('HEAD')),
    status: () => kept('changes'),
    remote: () => kept('origin'),
    config: () => kept('origin'),
    log: () => kept('HEAD'),
  }
  const answer = answers[verb]
  return answer ? said(answer()) : failed(`git: '${verb}' is not a git command here`)
}

function revParse(options: string[], root: string, head: string): string {
  if (options.includes('--show-toplevel')) return root
  if (options.includes('--abbrev-ref')) return 'main'
  return options.includes('--short') ? head.slice(0, 7) : head
}

function clone([address = '', folder]: string[], at: Surroundings): Answer {
  const name =
    address
      .split('/')
      .at(-1)
      ?.replace(/\.git$/, '') ?? 'repository'
  const into = absolute(folder ?? name, at)
  const problem =
    at.files.write(`${into}/.git/HEAD`, hexOf(address, 40)) ??
    at.files.write(`${into}/.git/origin`, address) ??
    at.files.write(`${into}/README.md`, `# ${name}\n`)
  return problem
    ? failed(`fatal: could not create work tree dir '${into}': ${problem}`, 128)
    : { code: 0, out: '', err: `Cloning into '${into}'...\n` }
}

const ancestors = (path: string) =>
  path
    .split('/')
    .map((_part, index, parts) => parts.slice(0, parts.length - index).join('/'))
    .filter((each) => each !== '')
