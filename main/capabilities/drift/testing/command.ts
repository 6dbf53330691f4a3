import { Command } from 'commander'
import { vi } from 'vitest'
import { driftCommands } from '../cli'

/** Runs `takt drift …` in this process and tells what it wrote and how it ended. */
export async function taktDrift(
  ...words: string[]
): Promise<{ out: string; err: string; code: number }> {
  const written = { out: '', err: '' }
  const stdout = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written.out += String(text)
    return true
  })
  const stderr = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    written.err += String(text)
    return true
  })
  const program = new Command('takt').exitOverride()
  driftCommands(program)
  process.exitCode = 0
  try {
    await program.parseAsync(['node', 'takt', 'drift', ...words])
  } finally {
    stdout.mockRestore()
    stderr.mockRestore()
  }
  return { ...written, code: Number(process.exitCode) }
}
