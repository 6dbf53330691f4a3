import { useState } from 'react'
import type { Revision, WorkItem } from '../../../preload/contract/records'
import { useAction } from '../../client'
import { Button, Failed, Panel, Segmented, Tag } from '../../design'
import { words } from './words'

type Result = 'none' | 'watch' | 'act'
/** The way into the drift check of a revision, and the place where its outcome is recorded. */
export function DriftPanel({ item, revision }: { item: WorkItem; revision: Revision | undefined }) {
  const [result, setResult] = useState<Result>(revision?.status.drift?.result ?? 'none')
  const record = useAction((client, name: string) => client.backlog.recordDrift({ namespace: item.meta.namespace ?? '', name, result }))
  const known = revision?.status.drift
  return (
    <Panel title={words.drift} means={words.driftMeans} actions={known && <Tag tone={known.result === 'act' ? 'danger' : known.result === 'watch' ? 'warning' : 'good'}>{words.driftResult[known.result]}</Tag>}>
      <div className="stack control-text">
        <p className="soft">{words.driftHow}</p>
        <div className="row wrap">
          <Segmented label={words.drift} value={result} onChange={setResult} options={(['none', 'watch', 'act'] as const).map((value) => ({ value, says: words.driftResult[value] }))} />
          <Button busy={record.busy} disabledBecause={revision ? undefined : words.noRevision} onClick={() => { if (revision) void record.act(revision.meta.name) }}>{words.record}</Button>
        </div>
        {record.trouble && <Failed says={record.trouble.says} remedy={record.trouble.remedy} code={record.trouble.code} />}
      </div>
    </Panel>
  )
}
