import { Modal } from '@mantine/core'
import { useEffect, useId, useMemo, useState, type KeyboardEvent } from 'react'
import { openDrawer } from '../capabilities/operations'
import { useFlowStore } from '../capabilities/flow/store'
import { useSites } from '../capabilities/sites/store'
import { lastKnown, navigate, useRecordsStore } from '../client'
import { Icon, Kbd } from '../design'
import { findEntries, type Entry } from './palette-entries'
import { ROUTES } from './routes'
import { words } from './words'

interface PaletteProps {
  query: string | undefined
  onClose: () => void
  onKeyList: () => void
}
/** Search and commands. It opens places and plans; it never runs a change. */
export function Palette({ query, onClose, onKeyList }: PaletteProps) {
  if (query === undefined) return null
  return (
    <Modal.Root opened onClose={onClose} padding={0} yOffset={60} size={560}>
      <Modal.Overlay />
      <Modal.Content aria-label={words.palette}>
        <Search start={query} onClose={onClose} onKeyList={onKeyList} />
      </Modal.Content>
    </Modal.Root>
  )
}
/** At once: the dialog's own way lets a moment pass, in which what is typed would be the keys of the screen below. */
const takeKeyboard = (input: HTMLInputElement | null) => input?.focus()

function Search({
  start,
  onClose,
  onKeyList,
}: {
  start: string
  onClose: () => void
  onKeyList: () => void
}) {
  const [typed, setTyped] = useState(start)
  const [at, setAt] = useState(0)
  const listId = useId()
  const sites = useSites()
  const byKey = useRecordsStore((state) => state.byKey)
  const map = useFlowStore((state) => state.map)
  const waiting = useMemo(() => lastKnown(map)?.value.waiting ?? [], [map])
  const entries = useMemo(
    () =>
      findEntries(typed, {
        records: byKey.values(),
        sites,
        waiting,
        screens: ROUTES.filter(({ hidden }) => !hidden),
      }),
    [typed, byKey, sites, waiting],
  )
  const chosen = entries[Math.min(at, entries.length - 1)]
  useEffect(() => {
    document.getElementById(`${listId}-${at}`)?.scrollIntoView({ block: 'nearest' })
  }, [at, listId])
  const [before] = useState(() => document.activeElement)
  useEffect(
    () => () => {
      if (before instanceof HTMLElement) before.focus()
    },
    [before],
  )
  const open = (entry: Entry | undefined) => {
    if (!entry || entry.reason) return
    onClose()
    if (entry.act === 'drawer') openDrawer()
    else if (entry.act === 'keys') onKeyList()
    else if (entry.href) navigate(entry.href)
  }
  const press = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step !== undefined) {
      event.preventDefault()
      setAt(
        (Math.min(at, entries.length - 1) + step + entries.length) % Math.max(1, entries.length),
      )
    }
    if (event.key === 'Enter') {
      event.preventDefault()
      open(chosen)
    }
  }
  return (
    <>
      <input
        ref={takeKeyboard}
        className="palette-input"
        data-autofocus
        autoComplete="off"
        spellCheck={false}
        role="combobox"
        aria-expanded="true"
        aria-controls={listId}
        aria-label={words.search}
        aria-activedescendant={chosen ? `${listId}-${entries.indexOf(chosen)}` : undefined}
        placeholder="Words search everything; > command, @ person, # work item, / site, ? help"
        value={typed}
        onChange={(event) => {
          setTyped(event.currentTarget.value)
          setAt(0)
        }}
        onKeyDown={press}
      />
      <ul className="palette-list" role="listbox" id={listId} aria-label={words.search}>
        {entries.map((entry, index) => (
          <li
            key={entry.id}
            id={`${listId}-${index}`}
            role="option"
            aria-selected={entry === chosen}
            aria-disabled={entry.reason ? true : undefined}
            onClick={() => open(entry)}
          >
            <Icon name={entry.icon} size={14} />
            <span className="ellipsis">
              {entry.says} {entry.note && <span className="meta">{entry.note}</span>}
            </span>
            {entry.reason ? (
              <span className="reason">{entry.reason}</span>
            ) : entry.keys ? (
              <Kbd>{entry.keys}</Kbd>
            ) : (
              <span />
            )}
          </li>
        ))}
      </ul>
      {entries.length === 0 && (
        <p className="control-text soft" style={{ padding: '8px 12px 12px' }} role="status">
          Nothing found.
        </p>
      )}
    </>
  )
}
