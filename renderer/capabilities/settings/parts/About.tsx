import { lastKnown, useAsk } from '../../../client'
import {
  Answer,
  CopyButton,
  Facts,
  formatMoment,
  Panel,
  Sign,
  type SignName,
} from '../../../design'
import { words } from '../words'
import { Notices } from './Notices'

const SIGN: Record<'ok' | 'warning' | 'failed' | 'unknown', SignName> = {
  ok: 'done',
  warning: 'warning',
  failed: 'failed',
  unknown: 'unknown',
}
/** What this copy is, and the checks of takt doctor with their remedies; the vault's state is one of them. */
export function About() {
  const hello = useAsk((client, options) => client.system.hello(undefined, options), [])
  const found = useAsk((client, options) => client.system.diagnostics(undefined, options), [])
  const about = lastKnown(hello.remote)?.value
  const diagnostics = lastKnown(found.remote)?.value
  const report = () =>
    [
      about && `Takt ${about.version}, ${about.host}, Node ${about.node}, ${about.platform}`,
      ...(diagnostics?.checks ?? []).map(
        ({ title, result, says, remedy }) =>
          `${result}: ${title}: ${says}${remedy ? ` ${remedy}` : ''}`,
      ),
    ]
      .filter(Boolean)
      .join('\n')
  return (
    <Panel
      title={words.about}
      means={words.aboutMeans}
      actions={diagnostics && <CopyButton small says={words.copy} text={report} />}
    >
      {about && (
        <Facts
          facts={[
            [words.version, about.version],
            [words.host, about.host],
            [
              words.store,
              <span className="mono" key="s">
                {about.store}
              </span>,
            ],
            [words.started, formatMoment(about.startedAt)],
            ...(diagnostics
              ? [
                  [
                    words.engines,
                    `SQLite ${diagnostics.engines.sqlite}, DuckDB ${diagnostics.engines.duckdb}`,
                  ] as const,
                ]
              : []),
          ]}
        />
      )}
      <Notices />
      <Answer remote={found.remote} again={found.again}>
        {({ checks }) => (
          <ul className="stack tight control-text" style={{ paddingTop: 8 }}>
            {checks.map(({ id, title, result, says, remedy }) => (
              <li key={id} className="row" style={{ alignItems: 'flex-start' }}>
                <span style={{ paddingTop: 2 }}>
                  <Sign sign={SIGN[result]} />
                </span>
                <span>
                  <b>{title}</b> {says}{' '}
                  {result !== 'ok' && remedy && <span className="soft">{remedy}</span>}
                </span>
              </li>
            ))}
          </ul>
        )}
      </Answer>
    </Panel>
  )
}
