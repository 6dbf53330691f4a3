import { Switch } from '@mantine/core'
import type { PolicyInForce } from '../../../../preload/contract/burst'
import type { z } from 'zod'
import { lastKnown, useAsk, usePlan } from '../../../client'
import {
  Button,
  ChoiceField,
  Failed,
  Forbidden,
  Loading,
  NumberField,
  PageHead,
  Panel,
  Partly,
  Segmented,
  Tag,
  TextField,
  useForm,
} from '../../../design'
import { RunPlan } from '../../operations'
import { useSites } from '../../sites/store'
import { BurstTabs } from '../BurstTabs'
import { policyForm, policyTyped } from '../forms'
import {
  CapRows,
  WaitingRows,
  WeightRows,
  type EditProps,
  type PolicyFormState,
} from '../parts/PolicyRows'
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
function Editor({ inForce, again }: { inForce: InForce; again: () => void }) {
  const form = useForm(policyForm, policyTyped(inForce.spec), { ...words.field, ...words })
  const fixed = inForce.mayChange === 'no'
  return (
    <div className="screen-body with-side">
      <Panel
        title={words.policyTitle}
        means={words.policyMeans}
        actions={
          form.dirty ? (
            <Button look="quiet" small onClick={() => form.reset()}>
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
          <Basics form={form} fixed={fixed} />
          <WaitingRows form={form} fixed={fixed} />
          <CapRows form={form} fixed={fixed} />
          <WeightRows form={form} fixed={fixed} />
        </div>
      </Panel>
      <div className="stack" style={{ minHeight: 0, gap: 12 }}>
        <KillSwitch stopped={inForce.spec.stopped} fixed={fixed} again={again} />
        <PolicyPlan form={form} inForce={inForce} again={again} />
      </div>
    </div>
  )
}
/** The plan of the policy as it stands in the form; what the form does not show (the kill switch) stays as it is in force. */
function PolicyPlan({
  form: { reading, dirty, missing },
  inForce: { spec, resourceVersion },
  again,
}: {
  form: PolicyFormState
  inForce: InForce
  again: () => void
}) {
  const plan = usePlan(
    dirty && reading.ok
      ? {
          spec: { ...reading.value, ...(spec.stopped && { stopped: spec.stopped }) },
          ...(resourceVersion !== undefined && { resourceVersion }),
        }
      : undefined,
    (client, input, options) => client.burst.planPolicy(input, options),
  )
  if (!dirty)
    return (
      <Panel title={words.plan}>
        <Partly says={words.unchanged} />
      </Panel>
    )
  return (
    <div className="grow" style={{ minHeight: 0, display: 'grid' }}>
      <RunPlan grows plan={plan} missing={missing} onStarted={again} />
    </div>
  )
}
function Basics({ form, fixed }: EditProps) {
  const clouds = useSites().filter(({ place }) => place === 'cloud')
  const of = { form, disabled: fixed } as const
  return (
    <div className="policy-part">
      <TextField {...of} name="title" label={words.field.title} />
      <div className="form-row">
        <span>{words.field.mode}</span>
        <div>
          <Segmented
            label={words.field.mode}
            value={form.typed.mode}
            options={(['advise', 'approve', 'automatic'] as const).map((value) => ({
              value,
              says: `${words.modes[value]}: ${words.modeSays[value]}`,
            }))}
            onChange={(mode) => {
              if (!fixed) form.set({ mode })
            }}
          />
        </div>
      </div>
      <Switch
        disabled={fixed}
        label={words.field.keepDeadlines}
        checked={form.typed.keepDeadlines}
        onChange={({ target }) => form.set({ keepDeadlines: target.checked })}
      />
      <Switch
        disabled={fixed}
        label={words.field.spot}
        checked={form.typed.spot}
        onChange={({ target }) => form.set({ spot: target.checked })}
      />
      <NumberField {...of} name="oldestPriceHours" label={words.field.oldestPriceHours} />
      {(['maxUsdPerMove', 'maxNodes', 'linkMbps'] as const).map((name) => (
        <NumberField
          key={name}
          {...of}
          name={name}
          label={words.field[name]}
          placeholder={words.unset}
        />
      ))}
      <ChoiceField
        {...of}
        name="to"
        label={words.field.to}
        options={[
          { value: '', says: words.anySite },
          ...clouds.map(({ id, name }) => ({ value: id, says: name })),
        ]}
      />
    </div>
  )
}
