import { Select, TagsInput } from '@mantine/core'
import { useState } from 'react'
import { useAsk } from '../../../client'
import { Button, Empty, Panel } from '../../../design'
import { openDrawer, PlanPanel } from '../../operations'
import { words } from '../words'
import { Field, useCloudSites } from './NewGroup'

/** What laying out the queues of both sites would make. */
export function Layout({ onClose }: { onClose: () => void }) {
  const clouds = useCloudSites()
  const [picked, setPicked] = useState<string>()
  const [namespaces, setNamespaces] = useState<string[]>([])
  const to = picked ?? clouds[0]?.value
  return (
    <div className="stack" style={{ minHeight: 0, gap: 12 }}>
      <Panel
        className="side-form"
        title={words.layout}
        actions={
          <Button look="quiet" small onClick={onClose}>
            {words.close}
          </Button>
        }
      >
        <p className="control-text soft">{words.layoutSays}</p>
        {to === undefined ? (
          <Empty says={words.noCloudSite} />
        ) : (
          <div className="policy-part">
            <Field label={words.cloudSite}>
              <Select
                aria-label={words.cloudSite}
                data={clouds}
                value={to}
                allowDeselect={false}
                onChange={(next) => {
                  if (next) setPicked(next)
                }}
              />
            </Field>
            <Field label={words.layoutNamespaces}>
              <TagsInput
                aria-label={words.layoutNamespaces}
                value={namespaces}
                placeholder={namespaces.length > 0 ? '' : words.allQueued}
                onChange={setNamespaces}
              />
            </Field>
          </div>
        )}
      </Panel>
      {to !== undefined && (
        <Planned
          key={JSON.stringify([to, namespaces])}
          to={to}
          namespaces={namespaces}
          onClose={onClose}
        />
      )}
    </div>
  )
}
function Planned({
  to,
  namespaces,
  onClose,
}: {
  to: string
  namespaces: string[]
  onClose: () => void
}) {
  const plan = useAsk((client, options) => client.burst.planLayout({ to, namespaces }, options), [])
  return (
    <PlanPanel
      grows
      remote={plan.remote}
      again={plan.again}
      onStarted={(operationId) => {
        openDrawer(operationId)
        onClose()
      }}
    />
  )
}
