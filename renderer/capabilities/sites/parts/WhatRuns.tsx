import type { ProgramFile, ProgramToRun } from '../../../../preload/contract/programs'
import { lastKnown, useAsk } from '../../../client'
import { Diff, Failed, formatMoment, Loading, Section } from '../../../design'
import { changesOf, commandWords, scriptLines, variableLines } from '../program-model'
import { programWords as words } from '../program-words'

type Of = { site: string } | { profile: string }
/** Exactly what a sign-in would run, asked of the core; undefined until it is known, so that nobody agrees to what is not on the screen. */
export const useProgram = (of: Of | undefined) =>
  useAsk(
    async (client, options) => (of ? client.sites.program(of, options) : undefined),
    [JSON.stringify(of)],
  )

/** The program that a sign-in would run: all of it, and what differs from what was agreed to. */
export function WhatRuns({ asked }: { asked: ReturnType<typeof useProgram> }) {
  const program = lastKnown(asked.remote)?.value
  if (asked.remote.at === 'failed')
    return (
      <Failed
        says={asked.remote.trouble.says}
        remedy={asked.remote.trouble.remedy}
        code={asked.remote.trouble.code}
        onRetry={asked.again}
      />
    )
  return program ? <Program program={program} /> : <Loading says={words.asking} />
}
function Program({ program }: { program: ProgramToRun }) {
  const { letters, hidden, unseen, variables, files, before, allowed, problem } = program
  const changes = allowed ? undefined : changesOf(program)
  const loading = variables.filter(({ loadsCode }) => loadsCode).map(({ name }) => name)
  return (
    <div className="stack what-runs">
      {changes && (
        <p className="control-text" role="alert">
          <b>{words.changed(changes)}</b>
        </p>
      )}
      {problem !== undefined && <p className="control-text danger">{problem}</p>}
      <Section title={words.command} note={words.letters(letters, hidden)}>
        <Command program={program} />
        <p className="small meta">{words.unseen(unseen)}</p>
      </Section>
      {variables.length > 0 && (
        <Section title={words.variables} note={words.variablesNote(variables.length)}>
          <Diff label={words.variables} lines={variableLines(program)} />
          {loading.length > 0 && (
            <p className="small">
              <b>{words.loadsCode(loading)}</b>
            </p>
          )}
        </Section>
      )}
      <Section title={words.files}>
        {files.map((file) => (
          <File
            key={file.path}
            file={file}
            was={before?.files.find(({ path }) => path === file.path)}
          />
        ))}
        <p className="small meta">{words.read}</p>
      </Section>
      {before && (
        <p className="small meta">{words.agreedBefore(before.by, formatMoment(before.agreedAt))}</p>
      )}
      <p className="control-text soft">{allowed ? words.allowed : words.remembered}</p>
    </div>
  )
}
const Command = ({ program }: { program: ProgramToRun }) => (
  <code className="command" role="region" tabIndex={0} aria-label={words.command}>
    {commandWords(program).map(({ text, isNew }, at) => (
      <span key={at}>
        {at > 0 && ' '}
        {isNew ? <ins>{text}</ins> : text}
      </span>
    ))}
  </code>
)
function File({ file, was }: { file: ProgramFile; was: ProgramFile | undefined }) {
  const { role, path, sha256, lines, isCut } = file
  return (
    <div className="stack tight">
      <span className="small">
        {words.roles[role]} <span className="mono">{path}</span>
        {lines && <span className="meta"> {words.lines(lines.length)}</span>}
      </span>
      <Diff
        label={`sha256 ${path}`}
        lines={
          was && was.sha256 !== sha256
            ? [
                { op: '-', text: `sha256 ${was.sha256}` },
                { op: '+', text: `sha256 ${sha256}` },
              ]
            : [{ op: ' ', text: `sha256 ${sha256}` }]
        }
      />
      {lines && <Diff label={path} lines={scriptLines(lines)} />}
      {isCut && <span className="small meta">{words.cut}</span>}
    </div>
  )
}
