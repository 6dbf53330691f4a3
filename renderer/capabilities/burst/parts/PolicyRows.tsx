import { NumberInput, Select, TextInput } from '@mantine/core'
import type { ReactNode } from 'react'
import type { BurstPolicySpec } from '../../../../preload/contract/records/burst'
import { useRecords } from '../../../client'
import { Button, Section } from '../../../design'
import { words } from '../words'

interface EditProps {
  draft: BurstPolicySpec
  change: (patch: Partial<BurstPolicySpec>) => void
  fixed: boolean
}
interface RowsProps<R> {
  title: string
  means: string
  heads: readonly string[]
  rows: readonly R[]
  fixed: boolean
  cells: (row: R, set: (patch: Partial<R>) => void) => readonly ReactNode[]
  onChange: (rows: R[]) => void
  fresh: NoInfer<R>
}
/** A short table of rows that can be added, changed and removed. */
function Rows<R>({ title, means, heads, rows, fixed, cells, onChange, fresh }: RowsProps<R>) {
  const set = (index: number) => (patch: Partial<R>) =>
    onChange(rows.map((row, at) => (at === index ? { ...row, ...patch } : row)))
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
            {rows.map((row, index) => (
              <tr key={index}>
                {cells(row, set(index)).map((cell, at) => (
                  <td key={heads[at]}>{cell}</td>
                ))}
                <td>
                  {!fixed && (
                    <Button
                      look="quiet"
                      small
                      onClick={() => onChange(rows.filter((_, at) => at !== index))}
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
          <Button small onClick={() => onChange([...rows, fresh])}>
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
const usdInput = (
  label: string,
  value: number,
  on: { fixed: boolean; set: (usd: number) => void },
) => (
  <NumberInput
    aria-label={label}
    disabled={on.fixed}
    value={value}
    min={0}
    prefix="$"
    thousandSeparator=","
    w={120}
    onChange={(usd) => {
      if (typeof usd === 'number') on.set(usd)
    }}
  />
)

export function WaitingRows({ draft, change, fixed }: EditProps) {
  const teams = useTeams()
  const options = (team: string) => [
    { value: '', label: words.everybody },
    ...[...new Set([...teams, ...(team ? [team] : [])])].map((value) => ({ value, label: value })),
  ]
  return (
    <Rows
      title={words.waiting}
      means={words.waitingMeans}
      heads={[words.team, words.priority, words.usdPerHour]}
      rows={draft.waiting}
      fixed={fixed}
      fresh={{ team: '', usdPerHour: 40 }}
      onChange={(waiting) => change({ waiting })}
      cells={(row, set) => [
        <Select
          key="team"
          aria-label={words.team}
          disabled={fixed}
          data={options(row.team)}
          value={row.team}
          w={180}
          onChange={(team) => set({ team: team ?? '' })}
        />,
        <TextInput
          key="priority"
          aria-label={words.priority}
          disabled={fixed}
          value={row.priority ?? ''}
          placeholder={words.anyPriority}
          w={150}
          onChange={({ target }) =>
            set({ priority: target.value === '' ? undefined : target.value } as Partial<typeof row>)
          }
        />,
        usdInput(words.usdPerHour, row.usdPerHour, {
          fixed,
          set: (usdPerHour) => set({ usdPerHour }),
        }),
      ]}
    />
  )
}
type Cap = BurstPolicySpec['caps'][number]
const FRESH_CAP: Cap = { scope: 'team', name: '', period: 'month', capUsd: 1000, hard: true }
const PERIODS = ['month', 'quarter', 'year'] as const
const SCOPES = ['costCentre', 'team', 'project'] as const
export function CapRows({ draft, change, fixed }: EditProps) {
  return (
    <Rows
      title={words.caps}
      means={words.capsMeans}
      heads={[words.scope, words.name, words.period, words.capUsd, words.hardness]}
      rows={draft.caps}
      fixed={fixed}
      fresh={FRESH_CAP}
      onChange={(caps) => change({ caps })}
      cells={(row, set) => [
        <Select
          key="scope"
          aria-label={words.scope}
          disabled={fixed}
          allowDeselect={false}
          data={SCOPES.map((value) => ({ value, label: words.scopes[value] }))}
          value={row.scope}
          w={120}
          onChange={(value) => {
            const scope = SCOPES.find((one) => one === value)
            if (scope) set({ scope })
          }}
        />,
        <TextInput
          key="name"
          aria-label={words.name}
          disabled={fixed}
          value={row.name}
          w={120}
          onChange={({ target }) => set({ name: target.value })}
        />,
        <Select
          key="period"
          aria-label={words.period}
          disabled={fixed}
          allowDeselect={false}
          data={[...PERIODS]}
          value={row.period}
          w={96}
          onChange={(value) => {
            const period = PERIODS.find((one) => one === value)
            if (period) set({ period })
          }}
        />,
        usdInput(words.capUsd, row.capUsd, { fixed, set: (capUsd) => set({ capUsd }) }),
        <Select
          key="hard"
          aria-label={words.hardness}
          disabled={fixed}
          allowDeselect={false}
          data={[words.hard, words.soft]}
          value={row.hard ? words.hard : words.soft}
          w={84}
          onChange={(value) => set({ hard: value === words.hard })}
        />,
      ]}
    />
  )
}
export function WeightRows({ draft, change, fixed }: EditProps) {
  return (
    <Rows
      title={words.weights}
      means={words.weightsMeans}
      heads={[words.team, words.weight]}
      rows={draft.weights}
      fixed={fixed}
      fresh={{ team: '', weight: 1 }}
      onChange={(weights) => change({ weights })}
      cells={(row, set) => [
        <TextInput
          key="team"
          aria-label={words.team}
          disabled={fixed}
          value={row.team}
          w={180}
          onChange={({ target }) => set({ team: target.value })}
        />,
        <NumberInput
          key="weight"
          aria-label={words.weight}
          disabled={fixed}
          value={row.weight}
          min={0}
          max={1000}
          w={100}
          onChange={(weight) => {
            if (typeof weight === 'number') set({ weight })
          }}
        />,
      ]}
    />
  )
}
