import { z } from 'zod'
import { Timestamp } from './common'

/** A file that runs, or tells a program what to do, by its content. */
export const ProgramFile = z.object({
  role: z.enum(['program', 'interpreter', 'script']),
  path: z.string(),
  sha256: z.string().describe('Empty where the file could not be read'),
  lines: z
    .array(z.object({ text: z.string(), isNew: z.boolean() }))
    .optional()
    .describe('What a script says, where it is text; new are lines that were not agreed to'),
  isCut: z.boolean().optional().describe('Whether the script is longer than what is shown'),
})
export type ProgramFile = z.infer<typeof ProgramFile>
export const ProgramVariable = z.object({
  name: z.string(),
  value: z.string(),
  loadsCode: z.boolean().describe('Whether it makes a program load foreign code'),
})
const WhatRuns = z.object({
  words: z.array(z.string()).describe('The command line word by word, quoted as a shell would'),
  variables: z.array(ProgramVariable),
  files: z.array(ProgramFile),
})
/** Exactly what signing in would run. Plain values that are secrets are shown as length and digest, everything else as it is. */
export const ProgramToRun = WhatRuns.extend({
  kind: z.enum(['exec plugin', 'credential_process']),
  hash: z.string().describe('Over the exact bytes: command, arguments, variables and files'),
  allowed: z.boolean(),
  letters: z.number().int().describe('Of the command line'),
  hidden: z.number().int().describe('Values shown as length and digest'),
  unseen: z.number().int().describe('Control and direction characters, written out'),
  problem: z.string().optional().describe('Why it could not run as it is'),
  before: WhatRuns.extend({ agreedAt: Timestamp, by: z.string() })
    .optional()
    .describe('What was agreed to for the same sign-in, where that was something else'),
})
export type ProgramToRun = z.infer<typeof ProgramToRun>

/** A program that a person allowed to run, as it was then. */
export const ProgramConsent = WhatRuns.extend({
  hash: z.string(),
  kind: z.enum(['exec plugin', 'credential_process']),
  of: z.string().describe('The site or profile it was asked for'),
  agreedAt: Timestamp,
  by: z.string().describe('The account on this machine'),
})
export type ProgramConsent = z.infer<typeof ProgramConsent>

/** Something that signs a person in, by reference: what it holds is never shown, copied or exported. */
export const CredentialRef = z.object({
  id: z.string(),
  of: z.string().describe('What it is for'),
  kind: z.string(),
  from: z.string().describe('Where it comes from'),
  usedBy: z.array(z.string()),
  state: z.enum(['held', 'not held', 'ended', 'waits for consent']),
  endsAt: Timestamp.optional(),
  renews: z.boolean().describe('Whether another one follows by itself'),
})
export type CredentialRef = z.infer<typeof CredentialRef>
