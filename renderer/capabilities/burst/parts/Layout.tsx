import { Select } from '@mantine/core'
import { useState } from 'react'
import { usePlan } from '../../../client'
import { Button, Empty, Panel, TextField, useForm } from '../../../design'
import { RunPlan } from '../../operations'
import { layoutForm } from '../forms'
import { words } from '../words'
import { Field, useCloudSites } from './NewGroup'

/** What laying out the queues of both sites would make. */
export function Layout({ onClose }: { onClose: () => void }) {
  const clouds = useCloudSites()
  const [picked, setPicked] = useState<string>()
  const form = useForm(layoutForm, { namespaces: '' })
  const to = picked ?? clouds[0]?.value
  const { reading } = form
  const plan = usePlan(
    to !== undefined && reading.ok ? { to, namespaces: reading.value.namespaces } : undefined,
    (client, input, options) => client.burst.planLayout(input, options),
  )
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
            <TextField
              form={form}
              name="namespaces"
              label={words.layoutNamespaces}
              layout="stacked"
              placeholder={words.allQueued}
            />
          </div>
        )}
      </Panel>
      {to !== undefined && <RunPlan grows plan={plan} missing={form.missing} onStarted={onClose} />}
    </div>
  )
}
