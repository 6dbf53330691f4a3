import type { Environment, Project } from '../../../preload/contract/records'
import { hrefOf, navigate, useWatch, useRecords, lastKnown } from '../../client'
import {
  Avatar,
  Empty,
  formatDay,
  formatWhen,
  LinkButton,
  PageHead,
  Panel,
  Table,
  Tag,
  type Column,
} from '../../design'
import { daysUntil } from './wizard'
import { useSiteNow } from '../sites/store'
import { words } from './words'

const projectColumns = (now: number): Column<Project>[] => [
  {
    id: 'project',
    says: words.columns.project,
    value: ({ meta }) => meta.name,
    cell: ({ meta }) => <b>{meta.name}</b>,
  },
  {
    id: 'question',
    says: words.columns.question,
    value: ({ spec }) => spec.question,
    cell: ({ spec }) => (
      <span className="ellipsis" style={{ display: 'block', maxWidth: 420 }}>
        {spec.question}
      </span>
    ),
  },
  {
    id: 'team',
    says: words.columns.team,
    value: ({ spec }) => spec.team,
    cell: ({ spec }) => spec.team,
  },
  {
    id: 'owner',
    says: words.columns.owner,
    value: ({ spec }) => spec.owner,
    cell: ({ spec }) => (
      <span className="row" style={{ gap: 6 }}>
        <Avatar person={spec.owner} />
        {spec.owner}
      </span>
    ),
  },
  {
    id: 'costCentre',
    says: words.columns.costCentre,
    value: ({ spec }) => spec.costCentre,
    cell: ({ spec }) => spec.costCentre,
  },
  {
    id: 'due',
    says: words.columns.due,
    value: ({ spec }) => spec.timeBox.due,
    cell: ({ spec }) =>
      `${formatDay(spec.timeBox.due)}, ${words.daysLeft(daysUntil(spec.timeBox.due, now))}`,
  },
  {
    id: 'phase',
    says: words.columns.phase,
    value: ({ status }) => status.phase ?? '',
    cell: ({ status }) => status.phase ?? 'Requested',
  },
]
const environmentColumns = (now: number): Column<Environment>[] => [
  {
    id: 'environment',
    says: words.columns.environment,
    value: ({ meta }) => meta.name,
    cell: ({ meta }) => (
      <>
        <b>{meta.name}</b> <span className="meta">{meta.namespace}</span>
      </>
    ),
  },
  {
    id: 'size',
    says: words.columns.size,
    value: ({ spec }) => spec.size.name,
    cell: ({ spec }) => spec.size.name,
  },
  {
    id: 'tool',
    says: words.columns.tool,
    value: ({ spec }) => spec.tool.name,
    cell: ({ spec }) => spec.tool.name,
  },
  {
    id: 'owner',
    says: words.columns.owner,
    value: ({ spec }) => spec.owner,
    cell: ({ spec }) => spec.owner,
  },
  {
    id: 'state',
    says: words.columns.state,
    value: ({ status, spec }) => status.phase ?? spec.state,
    cell: ({ status, spec }) => (
      <Tag
        tone={status.phase === 'Failed' ? 'danger' : status.phase === 'Ready' ? 'good' : 'normal'}
      >
        {status.phase ?? spec.state}
      </Tag>
    ),
  },
  {
    id: 'expires',
    says: words.columns.expires,
    value: ({ spec }) => spec.expiresAt,
    cell: ({ spec }) => formatWhen(spec.expiresAt, now),
  },
]

/** Unfinished wizards, every project and every environment. */
export function DiscoverScreen() {
  const now = useSiteNow(60_000)
  const projects = useRecords('Project')
  const environments = useRecords('Environment')
  const drafts = useWatch((client, options) => client.projects.watchDrafts(undefined, options), [])
  const kept = lastKnown(drafts.remote)?.value ?? []
  const begin = hrefOf(['discover', 'new', `draft-${now.toString(36)}`, 'define'])
  return (
    <div className="screen">
      <PageHead
        title={words.discover}
        actions={
          <LinkButton href={begin} look="primary">
            {words.newProject}
          </LinkButton>
        }
      />
      <div
        className="screen-body"
        style={{
          gridTemplateRows:
            kept.length > 0
              ? 'auto minmax(0, 1fr) minmax(0, 1fr)'
              : 'minmax(0, 1fr) minmax(0, 1fr)',
        }}
      >
        {kept.length > 0 && (
          <Panel title={words.drafts} means={words.draftsMeaning}>
            <ul className="stack tight">
              {kept.slice(0, 5).map((draft) => (
                <li key={draft.id} className="row control-text">
                  <b>{draft.name || words.untitled}</b>
                  <span className="soft ellipsis">{draft.project.question}</span>
                  {draft.savedAt && (
                    <span className="meta">{words.saved(formatWhen(draft.savedAt, now))}</span>
                  )}
                  <span className="spring" />
                  <LinkButton small href={hrefOf(['discover', 'new', draft.id, draft.step])}>
                    {words.goOn}
                  </LinkButton>
                </li>
              ))}
            </ul>
          </Panel>
        )}
        <Panel title={words.projects} means={words.projectsMeaning} flush>
          {projects.length === 0 ? (
            <div style={{ padding: '0 12px' }}>
              <Empty says={words.noProjects}>
                <LinkButton href={begin} look="primary">
                  {words.newProject}
                </LinkButton>
              </Empty>
            </div>
          ) : (
            <Table
              label={words.projects}
              rows={projects}
              columns={projectColumns(now)}
              idOf={({ meta }) => meta.uid}
              sortBy={{ id: 'due', desc: false }}
              onOpen={({ meta }) => navigate(hrefOf(['discover', meta.name]))}
            />
          )}
        </Panel>
        <Panel title={words.environments} means={words.environmentsMeaning} flush>
          {environments.length === 0 ? (
            <div style={{ padding: '0 12px' }}>
              <Empty says={words.noEnvironments} />
            </div>
          ) : (
            <Table
              label={words.environments}
              rows={environments}
              columns={environmentColumns(now)}
              idOf={({ meta }) => meta.uid}
              onOpen={({ meta }) => navigate(hrefOf(['discover', meta.namespace ?? '', meta.name]))}
            />
          )}
        </Panel>
      </div>
    </div>
  )
}
