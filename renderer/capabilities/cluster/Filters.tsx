import { useEffect, useRef, useState } from 'react'
import type { ListId, ListUpdate } from '../../../preload/contract/cluster'
import { setQuery } from '../../client'
import { Button, formatCount, useKeys } from '../../design'
import { isFiltered, NO_QUERY, type Query } from './view-model'
import { words } from './words'

interface FiltersProps {
  list: ListId
  query: Query
  update: ListUpdate | undefined
  onColumns: () => void
  isMenuOpen: boolean
  onApply: () => void
}
const TYPING_MS = 120
/** Filters as chips in words; all of them live in the address. */
export function Filters({ list, query, update, onColumns, isMenuOpen, onApply }: FiltersProps) {
  return (
    <div className="filters">
      <TextFilter text={query.q ?? ''} />
      <Chips list={list} query={query} facets={update?.facets ?? NO_FACETS} />
      {isFiltered(query) && (
        <Button look="quiet" small onClick={() => setQuery({ ...NO_QUERY, sort: query.sort })}>
          {words.clear}
        </Button>
      )}
      <span className="spring" />
      {update && <Counts update={update} onApply={onApply} />}
      <Button look="quiet" onClick={onColumns} aria-expanded={isMenuOpen}>
        {words.columnsMenu}
      </Button>
    </div>
  )
}
const NO_FACETS: ListUpdate['facets'] = { states: {}, kinds: {}, namespaces: 0 }
const GPU_LISTS = new Set<ListId>(['pods', 'workloads', 'nodes'])
function Chips({
  list,
  query,
  facets: { states, kinds, namespaces },
}: {
  list: ListId
  query: Query
  facets: ListUpdate['facets']
}) {
  return (
    <>
      {GPU_LISTS.has(list) && (
        <Choice
          label={words.gpus}
          field="gpus"
          value={query.gpus}
          options={[
            ['asked', words.gpusAsked],
            ['none', words.gpusNone],
          ]}
          any={words.gpusAny}
        />
      )}
      <Choice
        label={words.status}
        field="state"
        value={query.state}
        options={Object.entries(states).map(([state, many]) => [
          state,
          `${words.states[state] ?? state} ${formatCount(many)}`,
        ])}
        any={words.any}
      />
      {Object.keys(kinds).length > 1 && (
        <Choice
          label={words.kind}
          field="kind"
          value={query.kind}
          options={Object.entries(kinds).map(([kind, many]) => [
            kind,
            `${kind} ${formatCount(many)}`,
          ])}
          any={words.any}
        />
      )}
      {(namespaces > 0 || query.ns) && <NamespaceFilter value={query.ns} many={namespaces} />}
      {query.nodes && (
        <button type="button" className="chip" onClick={() => setQuery({ nodes: undefined })}>
          {words.nodesFrom} <b>{query.nodes.replace('~', ' to ')}</b>{' '}
          <span aria-hidden="true">×</span>
          <span className="visually-hidden">{words.clear}</span>
        </button>
      )}
    </>
  )
}
const Counts = ({
  update: { held, matched, total },
  onApply,
}: {
  update: ListUpdate
  onApply: () => void
}) => (
  <>
    {held > 0 && (
      <button type="button" className="chip held" onClick={onApply} title={words.holdsStill}>
        <b role="status">{words.held(held)}</b>
      </button>
    )}
    <span className="control-text" role="status">
      <b>{formatCount(matched)}</b> {words.of(total)}
    </span>
  </>
)
/** What is typed counts after a short pause, so that each letter does not ask anew. */
function TextFilter({ text }: { text: string }) {
  const [typed, setTyped] = useState(text)
  const box = useRef<HTMLInputElement>(null)
  useEffect(() => setTyped(text), [text])
  useEffect(() => {
    if (typed === text) return undefined
    const timer = setTimeout(() => setQuery({ q: typed || undefined }), TYPING_MS)
    return () => clearTimeout(timer)
  }, [typed, text])
  useKeys({
    '/': (event) => {
      event.preventDefault()
      box.current?.focus()
    },
  })
  return (
    <label className="filter-box">
      <span className="visually-hidden">{words.filterName}</span>
      <input
        ref={box}
        value={typed}
        placeholder={words.filter}
        data-filter
        onChange={({ target }) => setTyped(target.value)}
      />
      <kbd className="kbd">/</kbd>
    </label>
  )
}
interface ChoiceProps {
  label: string
  field: 'gpus' | 'state' | 'kind'
  value: string | undefined
  options: [value: string, says: string][]
  any: string
}
function Choice({ label, field, value = '', options, any }: ChoiceProps) {
  const known =
    value === '' || options.some(([one]) => one === value)
      ? options
      : [...options, [value, words.states[value] ?? value] as [string, string]]
  return (
    <label className="chip">
      {label}{' '}
      <select
        value={value}
        onChange={({ target }) => setQuery({ [field]: target.value || undefined })}
      >
        <option value="">{any}</option>
        {known.map(([one, says]) => (
          <option key={one} value={one}>
            {says}
          </option>
        ))}
      </select>
    </label>
  )
}
function NamespaceFilter({ value = '', many }: { value?: string | undefined; many: number }) {
  const [typed, setTyped] = useState(value)
  useEffect(() => setTyped(value), [value])
  const chosen = value.split(',').filter(Boolean).length
  const commit = () => {
    const next = typed
      .split(/[\s,]+/)
      .filter(Boolean)
      .join(',')
    if (next !== value) setQuery({ ns: next || undefined })
  }
  return (
    <label className="chip">
      {words.namespace}{' '}
      {chosen > 0 && many > 0 && (
        <b>
          {chosen} of {formatCount(Math.max(many, chosen))}
        </b>
      )}
      <input
        className="chip-input"
        value={typed}
        placeholder={words.any}
        size={Math.max(3, typed.length)}
        onChange={({ target }) => setTyped(target.value)}
        onBlur={commit}
        onKeyDown={({ key }) => {
          if (key === 'Enter') commit()
        }}
      />
    </label>
  )
}
