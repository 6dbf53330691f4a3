import type { ProgramConsent } from '../../../../preload/contract/programs'
import { useAction, useAsk } from '../../../client'
import { Answer, Button, Empty, formatMoment, Panel, TroubleNote } from '../../../design'
import { programWords as words } from '../program-words'

/** Programs that a person allowed to run, as they were then, each with the way to take it back. */
export function ConsentsPanel() {
  const { remote, again } = useAsk(
    (client, options) => client.sites.consents(undefined, options),
    [],
  )
  const revoke = useAction((client, hash: string) => client.sites.revokeConsent({ hash }))
  return (
    <Panel title={words.consents} means={words.consentsMean}>
      <TroubleNote trouble={revoke.trouble} />
      <Answer remote={remote} again={again}>
        {(consents) =>
          consents.length === 0 ? (
            <Empty says={words.noConsents} />
          ) : (
            <ul className="stack control-text">
              {consents.map((consent) => (
                <Consent
                  key={consent.hash}
                  consent={consent}
                  busy={revoke.busy}
                  onRevoke={() => void revoke.act(consent.hash).then(again)}
                />
              ))}
            </ul>
          )
        }
      </Answer>
    </Panel>
  )
}
function Consent({
  consent: { of, words: line, variables, files, agreedAt, by },
  busy,
  onRevoke,
}: {
  consent: ProgramConsent
  busy: boolean
  onRevoke: () => void
}) {
  return (
    <li className="stack tight">
      <span className="row">
        <b>{of}</b>
        <span className="meta grow">{words.agreed(formatMoment(agreedAt), by)}</span>
        <Button small look="quiet" busy={busy} aria-label={words.revokeThis(of)} onClick={onRevoke}>
          {words.revoke}
        </Button>
      </span>
      <code className="command">{line.join(' ')}</code>
      {variables.length > 0 && (
        <code className="command meta">
          {variables.map(({ name, value }) => `${name}=${value}`).join(' ')}
        </code>
      )}
      {files.map(({ role, path, sha256 }) => (
        <span key={path} className="small meta">
          {words.roles[role]} <span className="mono">{path}</span> sha256{' '}
          <span className="mono" title={sha256}>
            {sha256.slice(0, 12)}…
          </span>
        </span>
      ))}
    </li>
  )
}
