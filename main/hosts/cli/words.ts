import type { Command } from 'commander'
import { InvalidArgumentError } from 'commander'
import { NamespacedRef } from '../../../preload/contract/common'
import { EXIT, Stop } from './session'

export const group = (program: Command, name: string, says: string): Command =>
  program.command(name).description(says)
/** The words that every changing command takes. */
export const changing = (command: Command): Command =>
  command
    .option('--dry-run', 'show the plan and change nothing')
    .option('-y, --yes', 'do not ask')
    .option('--type-name <name>', 'confirm a deletion by typing its name')

/** Reads NAMESPACE/NAME; a single word names both, as the first environment of a project does. */
export function ref(text: string | undefined): { namespace: string; name: string } {
  const [first = '', second] = (text ?? '').split('/')
  const parsed = NamespacedRef.safeParse({ namespace: first, name: second ?? first })
  if (!parsed.success)
    throw new Stop(
      EXIT.usage,
      `"${text ?? ''}" is not NAMESPACE/NAME.`,
      'Both are lower-case letters, digits and hyphens.',
    )
  return parsed.data
}
export const number = (text: string): number => {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('Not a number.')
  return value
}
export const several = (value: string, before: string[] = []): string[] => [...before, value]
/** Reads a day or an instant; a bare day means its end, in UTC. */
export function instant(text: string): string {
  const full = /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T23:59:59Z` : text
  if (Number.isNaN(Date.parse(full)))
    throw new InvalidArgumentError('Not a date such as 2026-12-03.')
  return new Date(full).toISOString().replace(/\.\d{3}Z$/, 'Z')
}
