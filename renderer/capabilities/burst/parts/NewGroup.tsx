import { NumberInput, Select, TagsInput, TextInput } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import type { PoolTemplate } from '../../../../preload/contract/cloud'
import { lastKnown, useAsk } from '../../../client'
import { Button, Empty, Panel, Segmented } from '../../../design'
import { openDrawer, PlanPanel } from '../../operations'
import { useSites } from '../../sites/store'
import { words } from '../words'

type Draft = Pick<
  PoolTemplate,
  'name' | 'provisioner' | 'instanceTypes' | 'capacityType' | 'zones' | 'maxNodes' | 'diskGi'
>
const NEW: Draft = {
  name: '',
  provisioner: 'node-group',
  instanceTypes: [],
  capacityType: 'on-demand',
  zones: [],
  maxNodes: 4,
  diskGi: 200,
}
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

/** Says what a new group is to be made of, and shows what that would do. */
export function NewGroup({ onClose }: { onClose: () => void }) {
  const clouds = useCloudSites()
  const [picked, setPicked] = useState<string>()
  const [draft, setDraft] = useState(NEW)
  const [asked, setAsked] = useState<{ site: string; template: Draft }>()
  const site = picked ?? clouds[0]?.value
  const ready = site !== undefined && draft.name !== '' && draft.instanceTypes.length > 0
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
        foot={
          <Button
            look="primary"
            disabledBecause={ready ? undefined : words.groupNeeds}
            onClick={() => {
              if (ready) setAsked({ site, template: draft })
            }}
          >
            {words.showPlan}
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
            <Form
              draft={draft}
              change={(patch) => setDraft((before) => ({ ...before, ...patch }))}
            />
          </div>
        )}
      </Panel>
      {asked && <Planned key={JSON.stringify(asked)} asked={asked} onClose={onClose} />}
    </div>
  )
}
function Form({ draft, change }: { draft: Draft; change: (patch: Partial<Draft>) => void }) {
  const known = useAsk((client, options) => client.cloud.prices({}, options), [])
  const types = [
    ...new Set(
      (lastKnown(known.remote)?.value.prices ?? []).map(({ instanceType }) => instanceType),
    ),
  ].sort()
  return (
    <>
      <Field label={words.groupField.name}>
        <TextInput
          aria-label={words.groupField.name}
          value={draft.name}
          placeholder="gpu-spot"
          onChange={({ target }) => change({ name: target.value.trim().toLowerCase() })}
        />
      </Field>
      <Field label={words.groupField.types}>
        <TagsInput
          aria-label={words.groupField.types}
          data={types}
          value={draft.instanceTypes}
          maxTags={10}
          onChange={(instanceTypes) => change({ instanceTypes })}
        />
      </Field>
      <Field label={words.groupField.zones}>
        <TagsInput
          aria-label={words.groupField.zones}
          value={draft.zones}
          maxTags={10}
          placeholder={draft.zones.length > 0 ? '' : words.groupField.anyZone}
          onChange={(zones) => change({ zones })}
        />
      </Field>
      <Field label={words.groupField.capacity}>
        <div>
          <Segmented
            label={words.groupField.capacity}
            value={draft.capacityType}
            options={(['on-demand', 'spot'] as const).map((value) => ({
              value,
              says: words.capacity[value],
            }))}
            onChange={(capacityType) => change({ capacityType })}
          />
        </div>
      </Field>
      <Field label={words.groupField.provisioner}>
        <div>
          <Segmented
            label={words.groupField.provisioner}
            value={draft.provisioner}
            options={(['node-group', 'karpenter'] as const).map((value) => ({
              value,
              says: words.provisioner[value],
            }))}
            onChange={(provisioner) => change({ provisioner })}
          />
        </div>
      </Field>
      <Field label={words.groupField.max}>
        <NumberInput
          aria-label={words.groupField.max}
          w={110}
          min={1}
          max={100}
          value={draft.maxNodes}
          onChange={(value) => {
            if (typeof value === 'number') change({ maxNodes: value })
          }}
        />
      </Field>
      <Field label={words.groupField.disk}>
        <NumberInput
          aria-label={words.groupField.disk}
          w={110}
          min={20}
          max={16_000}
          value={draft.diskGi}
          onChange={(value) => {
            if (typeof value === 'number') change({ diskGi: value })
          }}
        />
      </Field>
    </>
  )
}
function Planned({
  asked,
  onClose,
}: {
  asked: { site: string; template: Draft }
  onClose: () => void
}) {
  const plan = useAsk((client, options) => client.cloud.planCreatePool(asked, options), [])
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
