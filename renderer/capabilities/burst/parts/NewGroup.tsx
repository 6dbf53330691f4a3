import { Select } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { lastKnown, useAsk, usePlan } from '../../../client'
import { Button, Empty, NumberField, Panel, Segmented, TextField, useForm } from '../../../design'
import { RunPlan } from '../../operations'
import { useSites } from '../../sites/store'
import { groupForm } from '../forms'
import { words } from '../words'

export const Field = ({ label, children }: { label: string; children: ReactNode }) => (
  <div className="policy-field">
    <span>{label}</span>
    {children}
  </div>
)
export const useCloudSites = () =>
  useSites()
    .filter(({ place, state }) => place === 'cloud' && state !== 'idle')
    .map(({ id, name }) => ({ value: id, label: name }))

const useGroupForm = () =>
  useForm(groupForm, { ...groupForm.example, name: '', instanceTypes: '' }, words.groupField)

/** Says what a new group is to be made of, and shows what that would do. */
export function NewGroup({ onClose }: { onClose: () => void }) {
  const clouds = useCloudSites()
  const [picked, setPicked] = useState<string>()
  const form = useGroupForm()
  const site = picked ?? clouds[0]?.value
  const { reading } = form
  const plan = usePlan(
    site !== undefined && reading.ok ? { site, template: reading.value } : undefined,
    (client, input, options) => client.cloud.planCreatePool(input, options),
  )
  const missing = site === undefined ? words.noCloudSite : form.missing
  return (
    <div className="stack" style={{ minHeight: 0, gap: 12 }}>
      <Panel
        className="side-form"
        title={words.newGroup}
        actions={
          <Button look="quiet" small onClick={onClose}>
            {words.close}
          </Button>
        }
      >
        {site === undefined ? (
          <Empty says={words.noCloudSite} />
        ) : (
          <div className="policy-part">
            <Field label={words.cloudSite}>
              <Select
                aria-label={words.cloudSite}
                data={clouds}
                value={site}
                allowDeselect={false}
                onChange={(next) => {
                  if (next) setPicked(next)
                }}
              />
            </Field>
            <GroupFields form={form} />
          </div>
        )}
      </Panel>
      <RunPlan grows plan={plan} missing={missing} onStarted={onClose} />
    </div>
  )
}
function GroupFields({ form }: { form: ReturnType<typeof useGroupForm> }) {
  const known = useAsk((client, options) => client.cloud.prices({}, options), [])
  const types = [
    ...new Set(
      (lastKnown(known.remote)?.value.prices ?? []).map(({ instanceType }) => instanceType),
    ),
  ].sort()
  const says = words.groupField
  return (
    <div className="mini-form">
      <TextField form={form} name="name" label={says.name} layout="mini" placeholder="gpu-spot" />
      <TextField
        form={form}
        name="instanceTypes"
        label={says.instanceTypes}
        layout="mini"
        list="instance-types"
        placeholder="g5.xlarge, g5.2xlarge"
      />
      <datalist id="instance-types">
        {types.map((type) => (
          <option key={type}>{type}</option>
        ))}
      </datalist>
      <TextField
        form={form}
        name="zones"
        label={says.zones}
        layout="mini"
        placeholder={says.anyZone}
      />
      <span>{says.capacity}</span>
      <Segmented
        label={says.capacity}
        value={form.typed.capacityType}
        options={(['on-demand', 'spot'] as const).map((value) => ({
          value,
          says: words.capacity[value],
        }))}
        onChange={(capacityType) => form.set({ capacityType })}
      />
      <span>{says.provisioner}</span>
      <Segmented
        label={says.provisioner}
        value={form.typed.provisioner}
        options={(['node-group', 'karpenter'] as const).map((value) => ({
          value,
          says: words.provisioner[value],
        }))}
        onChange={(provisioner) => form.set({ provisioner })}
      />
      <NumberField form={form} name="maxNodes" label={says.maxNodes} layout="mini" />
      <NumberField form={form} name="diskGi" label={says.diskGi} layout="mini" />
    </div>
  )
}
