import { useState, type ReactNode } from 'react'
import type { Project } from '../../../preload/contract/records'
import { isRequested } from '../../../preload/contract/records/project'
import { hrefOf, navigate, useAddress, useRecord, useRecords } from '../../client'
import {
  Button,
  Empty,
  Facts,
  formatDay,
  formatUsd,
  LinkButton,
  PageHead,
  Panel,
  Table,
  Tag,
  type Column,
} from '../../design'
import type { WorkItem } from '../../../preload/contract/records'
import { words as itemWords } from '../backlog/words'
import type { MemberChange } from '../../../preload/contract/people'
import { PeoplePanel } from '../people'
import { EditProject } from './EditProject'
import { PodSecurity } from './PodSecurity'
import { DeletePanel, FulfilPanel, MembersPanel, PodSecurityPanel } from './SidePlans'
import { daysUntil } from './wizard'
import { useMissingRights, type RightAsk } from '../sites/rights'
import { useHome, useSiteNow } from '../sites/store'
import { words } from './words'
import './wizard.css'

/** One project: its question, people, money and time box, what runs for it and what it is working on. */
export function ProjectScreen() {
  const { path } = useAddress()
  const name = path[1] ?? ''
  const project = useRecord('Project', name)
  const crumbs = [{ says: words.discover, href: hrefOf(['discover']) }]
  if (!project)
    return (
      <div className="screen">
        <PageHead title={name} crumbs={crumbs} />
        <div className="screen-body">
          <Panel title={words.projects}>
            <Empty says={words.noSuchProject} />
          </Panel>
        </div>
      </div>
    )
  return <Known project={project} crumbs={crumbs} />
}
const PROJECTS = { group: 'takt.dev', resource: 'projects' }
const rightsOf = (
  name: string,
  namespace: string,
  isOnlyAskedFor: boolean,
): Record<'edit' | 'delete' | 'people', RightAsk[]> => ({
  edit: [{ ...PROJECTS, verb: 'patch', name }],
  delete: [{ ...PROJECTS, verb: 'delete', name }],
  people: [
    { ...PROJECTS, verb: 'patch', name },
    ...(isOnlyAskedFor
      ? []
      : [
          {
            verb: 'patch',
            group: 'rbac.authorization.k8s.io',
            resource: 'rolebindings',
            namespace,
          },
        ]),
  ],
})
const itemColumns: Column<WorkItem>[] = [
  {
    id: 'item',
    says: words.columns.item,
    value: ({ spec }) => spec.title,
    cell: ({ spec }) => <b>{spec.title}</b>,
  },
  {
    id: 'station',
    says: words.columns.station,
    value: ({ status }) => status.station ?? '',
    cell: ({ status }) => itemWords.stations[status.station ?? 'define'],
  },
  {
    id: 'owner',
    says: words.columns.owner,
    value: ({ spec }) => spec.owner,
    cell: ({ spec }) => spec.owner,
  },
]
function Known({
  project,
  crumbs,
}: {
  project: Project
  crumbs: { says: string; href: string }[]
}) {
  const { meta, status } = project
  const [side, setSide] = useState<
    'edit' | 'delete' | 'fulfil' | 'security' | { changes: MemberChange[] }
  >()
  const namespace = status.namespace ?? meta.name
  const mayNot = useMissingRights(
    useHome()?.id,
    rightsOf(meta.name, namespace, isRequested(status)),
  )
  const items = useRecords('WorkItem').filter(({ spec: item }) => item.project === meta.name)
  const environments = useRecords('Environment').filter(
    ({ spec: environment }) => environment.project === meta.name,
  )
  return (
    <div className="screen">
      <PageHead
        title={meta.name}
        crumbs={crumbs}
        actions={
          <>
            <Button disabledBecause={mayNot['edit']} onClick={() => setSide('edit')}>
              {words.edit}
            </Button>
            <Button
              look="danger"
              disabledBecause={mayNot['delete']}
              onClick={() => setSide('delete')}
            >
              {words.delete}
            </Button>
            {isRequested(status) ? (
              <Button look="primary" onClick={() => setSide('fulfil')}>
                {words.fulfil}
              </Button>
            ) : (
              <LinkButton
                look="primary"
                href={hrefOf(['discover', 'new', `env-${meta.name}`, 'environment'], {
                  project: meta.name,
                })}
              >
                {words.newEnvironment}
              </LinkButton>
            )}
          </>
        }
      >
        <Tag tone={status.phase === 'Ready' ? 'good' : 'normal'}>{status.phase ?? 'Requested'}</Tag>
      </PageHead>
      <div className={side ? 'screen-body with-side' : 'screen-body'}>
        <div className="environment-columns">
          <ProjectFacts project={project} onRepair={() => setSide('security')} />
          <PeoplePanel
            project={project}
            mayNot={mayNot['people']}
            onPlan={(changes) => setSide({ changes })}
          />
          <Panel title={words.work} flush>
            <Table
              label={words.work}
              rows={items}
              columns={itemColumns}
              idOf={({ meta: item }) => item.uid}
              onOpen={({ meta: item }) =>
                navigate(hrefOf(['line', item.namespace ?? namespace, item.name]))
              }
            />
            <ul className="stack tight control-text" style={{ padding: 12 }}>
              {environments.map(
                ({ meta: environment, spec: { size, tool, state }, status: { phase } }) => (
                  <li key={environment.uid} className="row">
                    <a
                      href={hrefOf([
                        'discover',
                        environment.namespace ?? namespace,
                        environment.name,
                      ])}
                    >
                      {environment.name}
                    </a>
                    <span className="meta">
                      {size.name}, {tool.name}
                    </span>
                    <span className="spring" />
                    <Tag>{phase ?? state}</Tag>
                  </li>
                ),
              )}
            </ul>
          </Panel>
        </div>
        {side === 'edit' && <EditProject project={project} onClose={() => setSide(undefined)} />}
        {side === 'delete' && <DeletePanel name={meta.name} onClose={() => setSide(undefined)} />}
        {side === 'fulfil' && <FulfilPanel name={meta.name} onClose={() => setSide(undefined)} />}
        {side === 'security' && (
          <PodSecurityPanel name={meta.name} onClose={() => setSide(undefined)} />
        )}
        {typeof side === 'object' && (
          <MembersPanel
            project={meta.name}
            changes={side.changes}
            onClose={() => setSide(undefined)}
          />
        )}
      </div>
    </div>
  )
}
function ProjectFacts({
  project: { meta, spec, status },
  onRepair,
}: {
  project: Project
  onRepair: () => void
}) {
  const now = useSiteNow(60_000)
  return (
    <Panel title={words.field.question}>
      <p style={{ paddingBottom: 8 }}>{spec.question}</p>
      <Facts
        facts={[
          [words.field.owner, spec.owner],
          [words.field.team, spec.team],
          [words.field.costCentre, spec.costCentre],
          [words.field.budget, formatUsd(spec.budgetUsd)],
          [
            words.timeBoxLabel,
            `${formatDay(spec.timeBox.start)} to ${formatDay(spec.timeBox.due)}, ${words.daysLeft(daysUntil(spec.timeBox.due, now))}`,
          ],
          [words.field.sites, spec.sites.join(', ')],
          ...(isRequested(status)
            ? []
            : [
                [
                  words.podSecurity.title,
                  <PodSecurity
                    key="security"
                    name={meta.name}
                    version={meta.resourceVersion}
                    onRepair={onRepair}
                  />,
                ] as [string, ReactNode],
              ]),
          [words.field.repository, spec.repository ?? words.noRepository],
        ]}
      />
    </Panel>
  )
}
