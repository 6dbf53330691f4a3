import { z } from 'zod'
import { PolicyAsk, Reason } from '../../../preload/contract/burst'
import {
  CapacityType,
  CloudPool,
  NodeCount,
  PoolTemplate,
  Zone,
  InstanceType,
} from '../../../preload/contract/cloud'
import { Name } from '../../../preload/contract/common'
import { BurstMode, type BurstPolicySpec } from '../../../preload/contract/records/burst'
import {
  choiceField,
  defineForm,
  listField,
  maybeNumberField,
  numberField,
  rowsField,
  textField,
  tickField,
  type Typed,
} from '../../design'

const COMMAS = /[,\s]+/
const pool = PoolTemplate.shape
export const groupForm = defineForm({
  id: 'cloud.group',
  fields: {
    name: textField(Name),
    instanceTypes: listField(InstanceType, 10, COMMAS).refine(
      (types) => types.length > 0,
      'an instance type such as g5.xlarge',
    ),
    zones: listField(Zone, 10, COMMAS),
    capacityType: choiceField(CapacityType),
    provisioner: choiceField(CloudPool.shape.provisioner),
    maxNodes: numberField(pool.maxNodes),
    diskGi: numberField(pool.diskGi.unwrap()),
  },
  example: {
    name: 'gpu-spot',
    instanceTypes: 'g5.xlarge',
    zones: '',
    capacityType: 'on-demand',
    provisioner: 'node-group',
    maxNodes: '4',
    diskGi: '200',
  },
})
export const layoutForm = defineForm({
  id: 'burst.layout',
  fields: { namespaces: listField(Name, 500, COMMAS) },
  example: { namespaces: 'voice-liveness' },
})
export const nodesForm = defineForm({
  id: 'cloud.scale',
  fields: { desired: numberField(NodeCount) },
  example: { desired: '2' },
})
export const reasonForm = defineForm({
  id: 'burst.reason',
  fields: { reason: textField(Reason) },
  example: { reason: 'AWS is down' },
})

const policy = PolicyAsk.shape
const [waiting, cap, weight] = [
  policy.waiting.element.shape,
  policy.caps.element.shape,
  policy.weights.element.shape,
]
export const WAITING_ROW = {
  team: choiceField(waiting.team),
  priority: textField(
    z
      .string()
      .transform((typed) => (typed.trim() === '' ? undefined : typed))
      .pipe(waiting.priority),
  ),
  usdPerHour: numberField(waiting.usdPerHour),
}
export const CAP_ROW = {
  scope: choiceField(cap.scope),
  name: textField(cap.name),
  period: choiceField(cap.period),
  capUsd: numberField(cap.capUsd),
  hard: tickField(),
}
export const WEIGHT_ROW = { team: textField(weight.team), weight: numberField(weight.weight) }

export const policyForm = defineForm({
  id: 'burst.policy',
  fields: {
    title: textField(policy.title),
    mode: choiceField(BurstMode),
    keepDeadlines: tickField(),
    spot: tickField(),
    oldestPriceHours: numberField(policy.oldestPriceHours),
    maxUsdPerMove: maybeNumberField(policy.maxUsdPerMove.unwrap()),
    maxNodes: maybeNumberField(policy.maxNodes.unwrap()),
    linkMbps: maybeNumberField(policy.linkMbps.unwrap()),
    to: choiceField(z.string()),
    waiting: rowsField(WAITING_ROW, 200),
    caps: rowsField(CAP_ROW, 500),
    weights: rowsField(WEIGHT_ROW, 200),
  },
  example: {
    title: 'Default policy',
    mode: 'approve',
    keepDeadlines: true,
    spot: false,
    oldestPriceHours: '24',
    maxUsdPerMove: '100',
    maxNodes: '8',
    linkMbps: '500',
    to: '',
    waiting: [{ team: '', priority: '', usdPerHour: '40' }],
    caps: [{ scope: 'team', name: 'Voice', period: 'month', capUsd: '1000', hard: true }],
    weights: [{ team: 'Voice', weight: '1' }],
  },
  together: (fields) =>
    fields.transform(({ maxUsdPerMove, maxNodes, linkMbps, to, ...rest }) => ({
      ...rest,
      waiting: rest.waiting.map(({ priority, ...row }) => ({
        ...row,
        ...(priority !== undefined && { priority }),
      })),
      ...(maxUsdPerMove !== undefined && { maxUsdPerMove }),
      ...(maxNodes !== undefined && { maxNodes }),
      ...(linkMbps !== undefined && { linkMbps }),
      ...(to !== '' && { to }),
    })),
})
export type PolicyTyped = Typed<typeof policyForm.fields>
const maybe = (value: number | undefined) => (value === undefined ? '' : String(value))
/** A policy as it stands in the form. */
export const policyTyped = (spec: BurstPolicySpec): PolicyTyped => ({
  title: spec.title,
  mode: spec.mode,
  keepDeadlines: spec.keepDeadlines,
  spot: spec.spot,
  oldestPriceHours: String(spec.oldestPriceHours),
  maxUsdPerMove: maybe(spec.maxUsdPerMove),
  maxNodes: maybe(spec.maxNodes),
  linkMbps: maybe(spec.linkMbps),
  to: spec.to ?? '',
  waiting: spec.waiting.map(({ team, priority = '', usdPerHour }) => ({
    ...{ team, priority },
    usdPerHour: String(usdPerHour),
  })),
  caps: spec.caps.map((row) => ({ ...row, capUsd: String(row.capUsd) })),
  weights: spec.weights.map(({ team, weight: of }) => ({ team, weight: String(of) })),
})
