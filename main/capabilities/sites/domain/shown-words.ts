import { unseenIn, visibleLine } from '../../../../preload/contract/text/visible'
import { holdsSecret, isShapedLikeSecret } from '../../../kernel/secret-names'

/** A command line as a person has to see it before it runs. */
export interface CommandToShow {
  command: string
  args: readonly string[]
  variables: readonly { name: string; value: string }[]
  /** Whether its words are evaluated as code: then none of them is taken for a mere value. */
  evaluates: boolean
}
export interface ShownCommand {
  words: string[]
  variables: { name: string; value: string; loadsCode: boolean }[]
  letters: number
  hidden: number
  unseen: number
}
/** Makes a digest of a secret with a key of this machine, so that a changed one is seen and none can be guessed from it. */
export type Digest = (secret: string) => string

// Variables that make a loader, shell or interpreter run other code than the program's own.
const LOADS_CODE =
  /^(LD_|DYLD_|GCONV_PATH$|PATH$|PATHEXT$|BASH_ENV$|ENV$|BASH_FUNC_|PROMPT_COMMAND$|IFS$|SHELL$|PYTHON|NODE_|PERL|RUBY|JAVA_TOOL_OPTIONS$|_JAVA_OPTIONS$|JDK_|CLASSPATH$|PHPRC$|LUA_|COMSPEC$|GIT_|OPENSSL_)/i
// Nothing in it means anything to a shell, and it is no path to a file that could run.
const isPlain = (value: string) =>
  /^[\w+/=.:@,~-]+$/.test(value) && !/^([.]{0,2}\/|~|[A-Za-z]:)|:\/\//.test(value)

/** What stands in the place of a secret: its length and a digest, by which a changed one is seen. */
export const shownSecret = (value: string, digest: Digest): string =>
  `[hidden: ${value.length} letters, ${digest(value)}]`

/** Every word and variable as it is, but for plain values that are secrets: those are shown as length and digest. */
export function shownCommand(
  { command, args, variables, evaluates }: CommandToShow,
  digest: Digest,
): ShownCommand {
  let hidden = 0
  const secret = (value: string) => {
    hidden++
    return shownSecret(value, digest)
  }
  const word = (text: string, before: string | undefined): string => {
    const option = /^(-{0,2}[A-Za-z][\w.-]*)=(.*)$/s.exec(text)
    const [, name = '', value = ''] = option ?? []
    if (option && isSecret(name.replace(/^-+/, ''), value)) return `${name}=${secret(value)}`
    const follows = before !== undefined && /^--?[A-Za-z][\w-]*$/.test(before)
    if (!evaluates && isSecret(follows ? before.replace(/^-+/, '') : '', text)) return secret(text)
    return quoted(evaluates ? text : withoutInner(text, secret))
  }
  const words = [command, ...args].map((text, at, all) =>
    at === 0 ? quoted(text) : word(text, all[at - 1]),
  )
  return {
    words: words.map(visibleLine),
    variables: variables.map(({ name, value }) => ({
      name: visibleLine(name),
      value: visibleLine(isSecret(name, value) ? secret(value) : withoutInner(value, secret)),
      loadsCode: LOADS_CODE.test(name),
    })),
    letters: [command, ...args].join(' ').length,
    hidden,
    unseen: unseenIn(
      [command, ...args, ...variables.flatMap(({ name, value }) => [name, value])].join(''),
    ),
  }
}
const isSecret = (name: string, value: string) =>
  isPlain(value) && !LOADS_CODE.test(name) && (holdsSecret(name) || isShapedLikeSecret(value))

// Text that a shell could evaluate is never shortened, whatever it calls itself.
const ACTIVE = /[$`(){}[\]<>|&;*?!#\\'"\n\r%^]/
const withoutInner = (text: string, secret: (value: string) => string): string =>
  ACTIVE.test(text)
    ? text
    : text
        .replace(
          /(\w:\/\/[^\s:/@]*:)([^\s/@]+)(?=@)/g,
          (_all, before: string, value: string) => before + secret(value),
        )
        .replace(
          /^((?:[\w-]+:\s*)?(?:Bearer|Basic)\s+)([\w+/=.~-]{8,})$/i,
          (_all, before: string, value: string) => before + secret(value),
        )

/** A word as a shell would have to be given it, so that it is seen where one ends and the next begins. */
export const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) || word.startsWith('[hidden: ')
    ? word
    : `'${word.replaceAll("'", `'\\''`)}'`
