import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { timestamp, type Clock } from '../../kernel/clock'
import { redact, redactText } from './redact'

/** One JSON object a line, free of secrets. */
export interface Log {
  info(says: string, fields?: Record<string, unknown>): void
  warn(says: string, fields?: Record<string, unknown>): void
  error(says: string, fields?: Record<string, unknown>): void
}

export function makeLog(clock: Pick<Clock, 'now'>, write: (line: string) => void): Log {
  const at =
    (level: string) =>
    (says: string, fields: Record<string, unknown> = {}) =>
      write(
        JSON.stringify({
          at: timestamp(clock.now()),
          level,
          says: redactText(says),
          ...(redact(fields) as object),
        }),
      )
  return { info: at('info'), warn: at('warn'), error: at('error') }
}

export const silentLog: Log = {
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}

const LIMIT_BYTES = 5_000_000

/** Appends lines to a file and starts a new one at 5 MB, keeping the one before. A full disk loses log lines, never more. */
export function fileSink(file: string): (line: string) => void {
  mkdirSync(dirname(file), { recursive: true })
  let bytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0
  return (line) => {
    try {
      if (bytes > LIMIT_BYTES) {
        renameSync(file, `${file}.1`)
        bytes = 0
      }
      appendFileSync(file, `${line}\n`, { mode: 0o600 })
      bytes += Buffer.byteLength(line) + 1
    } catch {
      // Nobody can be told about a log that cannot be written but by that log.
    }
  }
}
