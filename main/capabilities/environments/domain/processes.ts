/** The fields of proc(5)'s stat that tell a command in a terminal; a name may hold spaces and brackets, so it ends at the last one. */
const STAT = /^(?<pid>\d+) \((?<name>.*)\) (?<state>\S) \d+ \d+ (?<session>\d+) (?<tty>-?\d+) /

/**
 * Commands that run in terminals, from the lines of /proc/PID/stat: whatever has a terminal and is not the shell that leads its session. Undefined where no
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
        tty !== '0' && pid !== session && state !== 'Z' ? [name] : [],
      )
}
