import { NumberInput, Select, Switch, TextInput } from '@mantine/core'
import { useEffect, useState, type ReactNode } from 'react'
import type { PolicyInForce } from '../../../../preload/contract/burst'
import type { BurstPolicySpec } from '../../../../preload/contract/records/burst'
import type { z } from 'zod'
import { lastKnown, useAsk } from '../../../client'
import {
  Button,
  Failed,
  Forbidden,
  Loading,
  PageHead,
  Panel,
  Partly,
  Segmented,
  Tag,
} from '../../../design'
import { openDrawer, PlanPanel } from '../../operations'
import { useSites } from '../../sites/store'
import { BurstTabs } from '../BurstTabs'
import { CapRows, WaitingRows, WeightRows } from '../parts/PolicyRows'
import { KillSwitch } from '../parts/KillSwitch'
import { words } from '../words'

type InForce = z.infer<typeof PolicyInForce>
/** What an hour of waiting is worth, what may be spent, and who acts. */
export function PolicyScreen() {
  const { remote, again } = useAsk((client, options) => client.burst.policy(undefined, options), [])
  const known = lastKnown(remote)?.value
  return (
    <div className="screen">
      <PageHead
        title={words.policyTitle}
        crumbs={[{ says: words.burst, href: '#/burst' }]}
        actions={<BurstTabs at="policy" />}
      >
        {known && <Tag>{known.name}</Tag>}
      </PageHead>
      {known ? (
        <Editor key={known.resourceVersion ?? 'none'} inForce={known} again={again} />
      ) : (
        <div className="screen-body" style={{ gridTemplateRows: 'auto' }}>
          <Panel title={words.policyTitle}>
            {remote.at === 'failed' ? (
              <Failed
                says={remote.trouble.says}
                remedy={remote.trouble.remedy}
                code={remote.trouble.code}
                onRetry={again}
              />
            ) : (
              <Loading says={words.loadingPolicy} rows={6} />
            )}
          </Panel>
        </div>
      )}
    </div>
  )
}
const SETTLE_MS = 500
/** A draft that people still type in, and what of it has settled. */
function useDraft(spec: BurstPolicySpec) {
  const [draft, setDraft] = useState(spec)
  const [settled, setSettled] = useState(spec)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(draft), SETTLE_MS)
    return () => clearTimeout(timer)
  }, [draft])
  const dirty = JSON.stringify(draft) !== JSON.stringify(spec)
  return {
    draft,
    settled,
    dirty,
    change: (patch: Partial<BurstPolicySpec>) => setDraft((before) => ({ ...before, ...patch })),
    without: (key: keyof BurstPolicySpec) =>
      setDraft(({ [key]: _gone, ...rest }) => rest as BurstPolicySpec),
    discard: () => {
      setDraft(spec)
      setSettled(spec)
    },
  }
}
interface EditProps {
  draft: BurstPolicySpec
  change: (patch: Partial<BurstPolicySpec>) => void
  fixed: boolean
}
function Editor({ inForce, again }: { inForce: InForce; again: () => void }) {
  const { draft, settled, dirty, change, without, discard } = useDraft(inForce.spec)
  const fixed = inForce.mayChange === 'no'
  const text = JSON.stringify(settled)
  const same = text === JSON.stringify(inForce.spec)
  const plan = useAsk(
    (client, options) =>
      same
        ? Promise.reject(new Error(words.unchanged))
        : client.burst.planPolicy(
            {
              spec: settled,
              ...(inForce.resourceVersion !== undefined && {
                resourceVersion: inForce.resourceVersion,
              }),
            },
            options,
          ),
    [text],
  )
  return (
    <div className="screen-body with-side">
      <Panel
        title={words.policyTitle}
        means={words.policyMeans}
        actions={
          dirty ? (
            <Button look="quiet" small onClick={discard}>
              {words.discard}
            </Button>
          ) : undefined
        }
        flush
      >
        <div className="scroll grow policy-form">
          {fixed && (
            <div style={{ padding: '0 14px' }}>
              <Forbidden says={words.mayNot} request={words.mayNot} />
            </div>
          )}
          {inForce.resourceVersion === undefined && (
            <p className="control-text soft" style={{ padding: '0 14px 8px' }}>
              {words.defaults}
            </p>
          )}
          <Basics draft={draft} change={change} without={without} fixed={fixed} />
          <WaitingRows draft={draft} change={change} fixed={fixed} />
          <CapRows draft={draft} change={change} fixed={fixed} />
          <WeightRows draft={draft} change={change} fixed={fixed} />
        </div>
      </Panel>
      <div className="stack" style={{ minHeight: 0, gap: 12 }}>
        <KillSwitch stopped={inForce.spec.stopped} fixed={fixed} again={again} />
        {dirty && !same ? (
          <div className="grow" style={{ minHeight: 0, display: 'grid' }}>
            <PlanPanel
              grows
              remote={plan.remote}
              again={plan.again}
              onStarted={(operationId) => {
                openDrawer(operationId)
                again()
              }}
            />
          </div>
        ) : (
          <Panel title={words.plan}>
            <Partly says={words.unchanged} />
          </Panel>
        )}
      </div>
    </div>
  )
}
const Field = ({ label, children }: { label: string; children: ReactNode }) => (
  <div className="policy-field">
    <span>{label}</span>
    {children}
  </div>
)
type Limit = 'maxUsdPerMove' | 'maxNodes' | 'linkMbps'
function Basics({
  draft,
  change,
  without,
  fixed,
}: EditProps & { without: (key: keyof BurstPolicySpec) => void }) {
  const clouds = useSites().filter(({ place }) => place === 'cloud')
  const limit = (key: Limit, label: string) => (
    <Field label={label}>
      <NumberInput
        aria-label={label}
        disabled={fixed}
        value={draft[key] ?? ''}
        min={0}
        placeholder={words.unset}
        w={150}
        onChange={(value) => (typeof value === 'number' ? change({ [key]: value }) : without(key))}
      />
    </Field>
  )
  return (
    <div className="policy-part">
      <Field label={words.field.title}>
        <TextInput
          aria-label={words.field.title}
          disabled={fixed}
          value={draft.title}
          w={260}
          onChange={({ target }) => change({ title: target.value })}
        />
      </Field>
      <Field label={words.field.mode}>
        <div>
          <Segmented
            label={words.field.mode}
            value={draft.mode}
            options={(['advise', 'approve', 'automatic'] as const).map((value) => ({
              value,
              says: `${words.modes[value]}: ${words.modeSays[value]}`,
            }))}
            onChange={(mode) => {
              if (!fixed) change({ mode })
            }}
          />
        </div>
      </Field>
      <Switch
        disabled={fixed}
        label={words.field.keepDeadlines}
        checked={draft.keepDeadlines}
        onChange={({ target }) => change({ keepDeadlines: target.checked })}
      />
      <Switch
        disabled={fixed}
        label={words.field.spot}
        checked={draft.spot}
        onChange={({ target }) => change({ spot: target.checked })}
      />
      <Field label={words.field.oldestPriceHours}>
        <NumberInput
          aria-label={words.field.oldestPriceHours}
          disabled={fixed}
          value={draft.oldestPriceHours}
          min={1}
          max={8760}
          w={150}
          onChange={(value) => {
            if (typeof value === 'number') change({ oldestPriceHours: value })
          }}
        />
      </Field>
      {limit('maxUsdPerMove', words.field.maxUsdPerMove)}
      {limit('maxNodes', words.field.maxNodes)}
      {limit('linkMbps', words.field.linkMbps)}
      <Field label={words.field.to}>
        <Select
          aria-label={words.field.to}
          disabled={fixed}
          w={260}
          data={[
            { value: '', label: words.anySite },
            ...clouds.map(({ id, name }) => ({ value: id, label: name })),
          ]}
          value={draft.to ?? ''}
          onChange={(to) => (to ? change({ to }) : without('to'))}
        />
      </Field>
    </div>
  )
}
