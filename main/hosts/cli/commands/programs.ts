import type { Command } from 'commander'
import type { ProgramConsent, ProgramToRun } from '../../../../preload/contract/programs'
import { say, sayTable } from '../output'
import { withCore, type OpenSession } from '../session'

/** Programs that sign people in: what would run, what was allowed, and taking it back. */
export function programCommands(site: Command, open: OpenSession) {
  site
    .command('plugin <site>')
    .description('everything that signing in to a site would run; runs nothing')
    .option('--aws-profile', 'an AWS profile of this name instead of a site')
    .action(
      withCore(open, async (client, { args: [name = ''], options, json }) => {
        const program = await client.sites.program(
          options['awsProfile'] === true ? { profile: name } : { site: name },
        )
        say(json ? program : described(program))
      }),
    )
  site
    .command('consents')
    .description('programs that were allowed to run')
    .action(
      withCore(open, async (client, { json }) => {
        const consents = await client.sites.consents()
        if (json || consents.length === 0) return sayTable(json, consents, {})
        say(consents.map(agreed).join('\n\n'))
      }),
    )
  site
    .command('revoke <hash>')
    .description('end a consent: its program is asked for again')
    .action(
      withCore(open, async (client, { args: [hash = ''], json }) => {
        await client.sites.revokeConsent({ hash })
        say(json ? { revoked: hash } : 'The consent is over. The program is asked for again.')
      }),
    )
  credentialCommands(site, open)
}
function credentialCommands(site: Command, open: OpenSession) {
  site
    .command('credentials')
    .description('what signs you in, by reference')
    .action(
      withCore(open, async (client, { json }) =>
        sayTable(json, await client.sites.credentials(), {
          id: ({ id }) => id,
          kind: ({ kind }) => kind,
          from: ({ from }) => from,
          used_by: ({ usedBy }) => usedBy.join(', '),
          state: ({ state }) => state,
          ends: ({ endsAt }) => endsAt,
        }),
      ),
    )
  site
    .command('forget <credential>')
    .description('forget what a credential holds; sites that use it are let go')
    .action(
      withCore(open, async (client, { args: [id = ''], json }) => {
        await client.sites.endCredential({ id })
        say(json ? { forgotten: id } : `${id} is forgotten.`)
      }),
    )
}

type What = Pick<ProgramToRun, 'words' | 'variables' | 'files'>
const whatRuns = ({ words, variables, files }: What): string[] => [
  `  ${words.join(' ')}`,
  ...variables.map(
    ({ name, value, loadsCode }) =>
      `  ${name}=${value}${loadsCode ? '   (loads foreign code)' : ''}`,
  ),
  ...files.map(({ role, path, sha256 }) => `  ${role} ${path} sha256 ${sha256}`),
]
const agreed = (consent: ProgramConsent): string =>
  [
    `${consent.of}: ${consent.kind}, allowed ${consent.agreedAt} by ${consent.by}`,
    ...whatRuns(consent),
    `  hash ${consent.hash}`,
  ].join('\n')
function described(program: ProgramToRun): string {
  const { letters, hidden, unseen, problem, allowed, before, hash, files } = program
  return [
    `${allowed ? 'Allowed' : before ? 'Not what was allowed any more' : 'Not allowed yet'}: ${letters} letters, ${hidden} hidden values, ${unseen} control or direction characters`,
    ...whatRuns(program),
    ...(before ? [`Allowed ${before.agreedAt} by ${before.by} was:`, ...whatRuns(before)] : []),
    ...files.flatMap(({ path, lines, isCut }) =>
      lines
        ? [
            `${path}:`,
            ...lines.map(({ text, isNew }) => `${isNew ? '+' : ' '} ${text}`),
            ...(isCut ? ['  … it goes on; the hash covers all of it.'] : []),
          ]
        : [],
    ),
    ...(problem === undefined ? [] : [problem]),
    `hash ${hash}`,
  ].join('\n')
}
