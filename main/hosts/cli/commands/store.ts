import type { Command } from 'commander'
import { savedAt } from '../../../../preload/contract/explain-store'
import { explain } from '../../../../preload/contract/explain'
import type { RecoveryChoice } from '../../../../preload/contract/system'
import { fail, succeed, type Outcome } from '../../../kernel/outcome'
import { systemClock } from '../../../platform/clock/system'
import { openStore, recoverStore, listBackups } from '../../../platform/store'
import { say, sayTable } from '../output'
import { EXIT, exitCodeOf, Stop, type GlobalOptions } from '../session'
import { group } from '../words'

interface RecoverOptions extends GlobalOptions {
  rescue?: boolean
  copy?: string
  empty?: boolean
}

/** The local store itself, for when no core can open it: these commands need none and refuse while one holds it. */
export function storeCommands(program: Command, defaultFolder: () => string) {
  const store = group(program, 'store', 'what this machine remembers, its copies, and recovery')
  store
    .command('status')
    .description('whether the local store is sound, and its copies')
    .action((_options: unknown, command: Command) => {
      const { json, store: folder = defaultFolder() } = command.optsWithGlobals<GlobalOptions>()
      status(folder, json === true)
    })
  store
    .command('recover')
    .description(
      'begin again with what can be saved; the file of before is set aside, never deleted',
    )
    .option('--rescue', 'the newest copy, and over it every row that the damaged file still gives')
    .option('--copy <n>', 'a copy by its number in takt store status, 1 is the newest')
    .option('--empty', 'an empty store')
    .action((_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<RecoverOptions>()
      recover(options.store ?? defaultFolder(), options)
    })
}

function status(folder: string, json: boolean) {
  const health = look(folder)
  const copies = listBackups(folder)
  if (!health.ok) process.exitCode = exitCodeOf(health.failure.code)
  if (json)
    return say({
      folder,
      ...(health.ok ? { state: 'sound' } : { failure: health.failure }),
      copies,
    })
  if (health.ok) say(`The local store in ${folder} is sound.`)
  else {
    const { says, remedy } = explain(health.failure)
    say(`${says}\n${remedy}`)
  }
  sayTable(
    false,
    copies.map((copy, index) => ({ ...copy, number: index + 1 })),
    {
      copy: ({ number }) => number,
      made: ({ at }) => savedAt(at),
      bytes: ({ bytes }) => bytes,
      file: ({ file }) => file,
    },
  )
}

function recover(folder: string, options: RecoverOptions) {
  const choice = chosen(folder, options)
  const health = look(folder)
  if (!health.ok && health.failure.code !== 'STORE_DAMAGED') {
    const { says, remedy } = explain(health.failure)
    throw new Stop(exitCodeOf(health.failure.code), says, remedy)
  }
  if (health.ok && choice.kind !== 'backup')
    throw new Stop(
      EXIT.conflict,
      `The local store in ${folder} is sound.`,
      'There is nothing to recover; --copy goes back to a copy.',
    )
  const recovered = recoverStore(folder, choice, systemClock.now())
  if (!recovered.ok) {
    const { says, remedy } = explain(recovered.failure)
    throw new Stop(exitCodeOf(recovered.failure.code), says, remedy)
  }
  if (options.json === true) return say(recovered.value)
  say(
    `The store begins again with ${String(recovered.value.rows)} rows. The file of before lies at ${recovered.value.setAside}.`,
  )
}

function chosen(folder: string, { rescue, copy, empty }: RecoverOptions): RecoveryChoice {
  const named = [rescue === true, copy !== undefined, empty === true].filter(Boolean).length
  if (named !== 1)
    throw new Stop(
      EXIT.usage,
      'Say what to begin again with.',
      'One of --rescue, --copy N and --empty; takt store status tells what there is.',
    )
  if (rescue) return { kind: 'rescue' }
  if (empty) return { kind: 'empty' }
  const found = listBackups(folder)[Number(copy) - 1]
  if (!found)
    throw new Stop(
      EXIT.usage,
      `There is no copy ${String(copy)}.`,
      'takt store status numbers them.',
    )
  return { kind: 'backup', at: found.at }
}

/** Opens and closes the store again: the same look that a core takes. */
function look(folder: string): Outcome<void> {
  const opened = openStore(folder, { pid: process.pid, now: () => systemClock.now() })
  if (!opened.ok) return fail(opened.failure)
  opened.value.close()
  return succeed(undefined)
}
