import type { ReactNode } from 'react'
import { useRecords } from '../../../client'
import {
  Button,
  ChoiceField,
  NumberField,
  rowOf,
  Section,
  TextField,
  type Form,
} from '../../../design'
import type { CAP_ROW, PolicyTyped, policyForm, WAITING_ROW, WEIGHT_ROW } from '../forms'
import { words } from '../words'

type List = 'waiting' | 'caps' | 'weights'
export type PolicyFormState = Form<
  typeof policyForm.fields,
  ReturnType<typeof policyForm.schema.parse>
>
export interface EditProps {
  form: PolicyFormState
  fixed: boolean
}
interface RowsProps<L extends List> extends EditProps {
  list: L
  title: string
  means: string
  heads: readonly string[]
  cells: (index: number) => readonly ReactNode[]
  fresh: PolicyTyped[L][number]
}
/** A short table of rows that can be added, changed and removed. */
function Rows<L extends List>({
  form,
  fixed,
  list,
  title,
  means,
  heads,
  cells,
  fresh,
}: RowsProps<L>) {
  const rows: readonly unknown[] = form.typed[list]
  const put = (next: readonly unknown[]) => form.set({ [list]: next } as Partial<PolicyTyped>)
  return (
    <Section title={title} note={means}>
      {rows.length === 0 ? (
        <p className="small soft">{words.none}</p>
      ) : (
        <table className="table policy-rows">
          <thead>
            <tr>
              {heads.map((head) => (
                <th key={head} scope="col">
                  {head}
                </th>
              ))}
              <th scope="col">
                <span className="visually-hidden">{words.removeRow}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((_, index) => (
              <tr key={index}>
                {cells(index).map((cell, at) => (
                  <td key={heads[at]}>{cell}</td>
                ))}
                <td>
                  {!fixed && (
                    <Button
                      look="quiet"
                      small
                      onClick={() => put(rows.filter((__, at) => at !== index))}
                    >
                      {words.removeRow}
                    </Button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {!fixed && (
        <div style={{ paddingTop: 6 }}>
          <Button small onClick={() => put([...rows, fresh])}>
            {words.addRow}
          </Button>
        </div>
      )}
    </Section>
  )
}
function useTeams(): string[] {
  const [projects, budgets] = [useRecords('Project'), useRecords('Budget')]
  return [
    ...new Set([...projects.map(({ spec }) => spec.team), ...budgets.map(({ spec }) => spec.team)]),
  ].sort()
}

export function WaitingRows({ form, fixed }: EditProps) {
  const teams = useTeams()
  const options = (team: string) => [
    { value: '', says: words.everybody },
    ...[...new Set([...teams, ...(team ? [team] : [])])].map((value) => ({ value, says: value })),
  ]
  return (
    <Rows
      form={form}
      fixed={fixed}
      list="waiting"
      title={words.waiting}
      means={words.waitingMeans}
      heads={[words.team, words.priority, words.usdPerHour]}
      fresh={{ team: '', priority: '', usdPerHour: '40' }}
      cells={(index) => {
        const row = rowOf<typeof form.model.fields, unknown, typeof WAITING_ROW>(form, {
          list: 'waiting',
          index,
        })
        const of = { form: row, layout: 'bare', disabled: fixed } as const
        return [
          <ChoiceField
            key="team"
            {...of}
            name="team"
            label={words.team}
            options={options(row.typed.team)}
          />,
          <TextField
            key="priority"
            {...of}
            name="priority"
            label={words.priority}
            placeholder={words.anyPriority}
          />,
          <NumberField key="usd" {...of} name="usdPerHour" label={words.usdPerHour} width={110} />,
        ]
      }}
    />
  )
}
const PERIODS = ['month', 'quarter', 'year'].map((value) => ({ value, says: value }))
const SCOPES = (['costCentre', 'team', 'project'] as const).map((value) => ({
  value,
  says: words.scopes[value],
}))
export function CapRows({ form, fixed }: EditProps) {
  return (
    <Rows
      form={form}
      fixed={fixed}
      list="caps"
      title={words.caps}
      means={words.capsMeans}
      heads={[words.scope, words.name, words.period, words.capUsd, words.hardness]}
      fresh={{ scope: 'team', name: '', period: 'month', capUsd: '1000', hard: true }}
      cells={(index) => {
        const row = rowOf<typeof form.model.fields, unknown, typeof CAP_ROW>(form, {
          list: 'caps',
          index,
        })
        const of = { form: row, layout: 'bare', disabled: fixed } as const
        return [
          <ChoiceField key="scope" {...of} name="scope" label={words.scope} options={SCOPES} />,
          <TextField key="name" {...of} name="name" label={words.name} />,
          <ChoiceField key="period" {...of} name="period" label={words.period} options={PERIODS} />,
          <NumberField key="usd" {...of} name="capUsd" label={words.capUsd} width={110} />,
          <select
            key="hard"
            className="field-box"
            aria-label={words.hardness}
            disabled={fixed}
            value={row.typed.hard ? words.hard : words.soft}
            onChange={({ target }) => row.set({ hard: target.value === words.hard })}
          >
            {[words.hard, words.soft].map((says) => (
              <option key={says}>{says}</option>
            ))}
          </select>,
        ]
      }}
    />
  )
}
export function WeightRows({ form, fixed }: EditProps) {
  return (
    <Rows
      form={form}
      fixed={fixed}
      list="weights"
      title={words.weights}
      means={words.weightsMeans}
      heads={[words.team, words.weight]}
      fresh={{ team: '', weight: '1' }}
      cells={(index) => {
        const row = rowOf<typeof form.model.fields, unknown, typeof WEIGHT_ROW>(form, {
          list: 'weights',
          index,
        })
        const of = { form: row, layout: 'bare', disabled: fixed } as const
        return [
          <TextField key="team" {...of} name="team" label={words.team} />,
          <NumberField key="weight" {...of} name="weight" label={words.weight} />,
        ]
      }}
    />
  )
}
