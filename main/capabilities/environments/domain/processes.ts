/** The fields of proc(5)'s stat that tell a command in a terminal; a name may hold spaces and brackets, so it ends at the last one. */
const STAT = /^(?<pid>\d+) \((?<name>.*)\) (?<state>\S) \d+ \d+ (?<session>\d+) (?<tty>-?\d+) /

/** What leads the session of a terminal and waits for somebody to type; under a login shell the name begins with a hyphen. */
const SHELL = /^-?(?:ba|da|a|z|k|mk|c|tc|fi|r)?sh$/

/**
 * Commands that run in terminals, from the lines of /proc/PID/stat: whatever has a terminal and is not the shell that leads its session. A command that was
 * started in a terminal of its own leads its session itself. Undefined where no
 * line can be read: a container always has a process.
 */
export function commandsOnTerminals(stat: string): string[] | undefined {
  const processes = stat.split('\n').flatMap((line) => {
    const fields = STAT.exec(line)?.groups
    return fields ? [fields] : []
  })
  return processes.length === 0
    ? undefined
    : processes.flatMap(({ pid, name = '', state, session, tty }) =>
        tty !== '0' && state !== 'Z' && !(pid === session && (pid === '1' || SHELL.test(name)))
          ? [name]
          : [],
      )
}
