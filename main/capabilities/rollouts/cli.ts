import type { Command } from 'commander'
import { failure } from '../../../preload/contract/failures'
import { MOST_BYTES, readRegularText } from '../../platform/files'
import { loadSpecialFunctions } from '../../platform/numerics'
import { groupOf, invalidOption, refusal, reporting } from '../../platform/report-command'
import { answerFile, BadInput } from './answer'
import { answerText } from './answer-text'

interface Options {
  file: string
  json?: boolean
}
export type Answer = ReturnType<typeof answerFile>

/** Registers `takt rollout test`, which recomputes an A/B test from its sums and needs no core. */
export function rolloutTestCommand(program: Command): void {
  groupOf(program, 'rollout', 'bring a model into use, and back when it must')
    .command('test')
    .description('recompute an A/B test from its sums: band, p-value, split, guardrails, verdict')
    .requiredOption('--file <file>', 'JSON with single cases, or with a design and its looks')
    .option('--json', 'one JSON object on stdout')
    .action(reporting(answerOf, answerText))
}

async function answerOf({ file }: Options): Promise<Answer> {
  const read = await readRegularText(file, { mostBytes: MOST_BYTES.driftProfile })
  if (!read.ok) throw refusal(read.failure)
  const value = parsed(file, read.value)
  try {
    return answerFile(value, await loadSpecialFunctions())
  } catch (error) {
    if (error instanceof BadInput) throw refusal(failure('INVALID', { issues: error.issues }))
    throw error
  }
}
function parsed(file: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw invalidOption(file, 'is not JSON; it may have been cut short')
  }
}
