import type { Command } from 'commander'
import { failure } from '../../../preload/contract/failures'
import { MOST_BYTES } from '../../platform/files'
import { loadSpecialFunctions } from '../../platform/numerics'
import { groupOf, jsonOf, refusal, reporting } from '../../platform/report-command'
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
  const value = await jsonOf(file, MOST_BYTES.driftProfile, '; it may have been cut short')
  try {
    return answerFile(value, await loadSpecialFunctions())
  } catch (error) {
    if (error instanceof BadInput) throw refusal(failure('INVALID', { issues: error.issues }))
    throw error
  }
}
