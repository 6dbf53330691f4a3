import { useEffect, useRef, useState, type KeyboardEvent as PressedIn, type ReactNode } from 'react'
import type { ObjectRef, ObjectStory } from '../../../../preload/contract/objects'
import { useCore } from '../../../client'
import {
  Button,
  CopyButton,
  Empty,
  Failed,
  Forbidden,
  formatCount,
  inField,
  keySettings,
  Loading,
  useKeys,
} from '../../../design'
import { recordedTrouble } from '../../../client'
import { readable, timeOf } from '../logs-window'
import { useLogs, useLogSearch, type Needle } from '../use-logs'
import { words } from '../words'
import { LogLines, type LogView } from './LogLines'

const MOST_COPIED = 10_000
interface LogsProps {
  objectRef: ObjectRef
  story: ObjectStory
}
/** Logs of a pod of the object: followed, of the attempt before, of all containers, searched in the core. */
export function Logs({ objectRef, story }: LogsProps) {
  const [pod, setPod] = useState<string>()
  const shown = pod ?? story.pods[0]?.name
  if (shown === undefined || objectRef.namespace === undefined)
    return (
      <div className="section">
        <Empty says={words.noPods} />
      </div>
    )
  const own = story.object?.kind === 'Pod' ? story.containers : []
  return (
    <PodLogs
      key={shown}
      site={objectRef.site}
      namespace={objectRef.namespace}
      pod={shown}
      containers={own}
      pods={story.pods.map(({ name }) => name)}
      onPod={setPod}
    />
  )
}

interface PodLogsProps {
  site: string
  namespace: string
  pod: string
  containers: ObjectStory['containers']
  pods: string[]
  onPod: (pod: string) => void
}
interface How {
  follow: boolean
  previous: boolean
  wrap: boolean
}
function PodLogs({ site, namespace, pod, containers, pods, onPod }: PodLogsProps) {
  const [container, setContainer] = useState('')
  const [how, setHow] = useState<How>({ follow: true, previous: false, wrap: false })
  const [needle, setNeedle] = useState<Needle>({ text: '', regex: false, matchCase: false })
  const view = useRef<LogView>(null)
  const logs = useLogs({
    site,
    namespace,
    name: pod,
    containers: container === '' ? [] : [container],
    previous: how.previous,
    follow: true,
  })
  const search = useLogSearch(logs.session)
  const several = containers.length > 1
  const only = several ? containers.find(({ name }) => name === container) : containers[0]
  const change = (part: Partial<How>) => setHow((before) => ({ ...before, ...part }))
  const find = async (direction: 'next' | 'previous') => {
    const found = await search.search(needle, {
      from: search.hit?.line ?? (view.current?.top() ?? 0) - 1,
      direction,
    })
    if (found?.line === undefined) return
    change({ follow: false })
    view.current?.show(found.line)
  }
  const seek = (wanted: Needle) => {
    setNeedle(wanted)
    search.clear()
  }
  return (
    <div className="object-logs">
      <div className="row wrap object-bar">
        {pods.length > 1 && (
          <Choice
            label={words.pod}
            value={pod}
            options={pods.map((name) => [name, name])}
            onChange={onPod}
          />
        )}
        {several && (
          <Choice
            label={words.container}
            value={container}
            options={[
              ['', words.allContainers],
              ...containers.map(({ name }): [string, string] => [name, name]),
            ]}
            onChange={setContainer}
          />
        )}
        <Hows
          how={how}
          onChange={change}
          noPrevious={only && !only.hasPrevious ? words.logs.noPrevious : undefined}
        />
      </div>
      <SearchBar needle={needle} onNeedle={seek} onFind={(direction) => void find(direction)} />
      <Found search={search} />
      <Body
        logs={logs}
        follow={how.follow}
        onFollow={(follow) => change({ follow })}
        wrap={how.wrap}
        needle={search.hit ? needle : undefined}
        hit={search.hit?.line}
        severalContainers={several && container === ''}
        viewRef={view}
        previous={how.previous}
      />
      <Foot logs={logs} pod={pod} previous={how.previous} />
    </div>
  )
}
function Hows({
  how: { follow, previous, wrap },
  onChange,
  noPrevious,
}: {
  how: How
  onChange: (part: Partial<How>) => void
  noPrevious: string | undefined
}) {
  useKeys({
    f: () => onChange({ follow: !follow }),
    p: () => {
      if (previous || !noPrevious) onChange({ previous: !previous })
    },
    w: () => onChange({ wrap: !wrap }),
  })
  return (
    <>
      <Toggle on={follow} onChange={(on) => onChange({ follow: on })}>
        {words.logs.follow}
      </Toggle>
      <Toggle
        on={previous}
        onChange={(on) => onChange({ previous: on })}
        disabledBecause={previous ? undefined : noPrevious}
      >
        {words.logs.previous}
      </Toggle>
      <Toggle on={wrap} onChange={(on) => onChange({ wrap: on })}>
        {words.logs.wrap}
      </Toggle>
    </>
  )
}
function SearchBar({
  needle,
  onNeedle,
  onFind,
}: {
  needle: Needle
  onNeedle: (needle: Needle) => void
  onFind: (direction: 'next' | 'previous') => void
}) {
  const box = useRef<HTMLInputElement>(null)
  useEffect(() => {
    // Before the list beside it, whose filter has the same key: whoever is in the inspector means this log.
    const press = (event: KeyboardEvent) => {
      const here =
        event.target instanceof Node &&
        box.current?.closest('aside')?.contains(event.target) === true
      if (event.key !== '/' || !here || !keySettings.singleKeys || inField(event.target)) return
      event.preventDefault()
      box.current?.focus()
    }
    window.addEventListener('keydown', press, true)
    return () => window.removeEventListener('keydown', press, true)
  }, [])
  const pressed = (event: PressedIn<HTMLInputElement>) => {
    if (event.key === 'Enter' && event.shiftKey) {
      event.preventDefault()
      onFind('previous')
    }
    if (event.key !== 'Escape') return
    event.preventDefault()
    onNeedle({ ...needle, text: '' })
    event.currentTarget.blur()
  }
  return (
    <form
      className="row object-bar"
      role="search"
      onSubmit={(event) => {
        event.preventDefault()
        onFind('next')
      }}
    >
      <span className="filter-box grow">
        <input
          ref={box}
          aria-label={words.logs.search}
          placeholder={words.logs.search}
          value={needle.text}
          onChange={({ currentTarget }) => onNeedle({ ...needle, text: currentTarget.value })}
          onKeyDown={pressed}
        />
      </span>
      <Toggle
        on={needle.matchCase}
        onChange={(matchCase) => onNeedle({ ...needle, matchCase })}
        label={words.logs.matchCase}
      >
        Aa
      </Toggle>
      <Toggle
        on={needle.regex}
        onChange={(regex) => onNeedle({ ...needle, regex })}
        label={words.logs.regex}
      >
        .*
      </Toggle>
      <Button small aria-label={words.logs.before} onClick={() => onFind('previous')}>
        ↑
      </Button>
      <Button small type="submit" aria-label={words.logs.next}>
        ↓
      </Button>
    </form>
  )
}
function Found({ search: { trouble, busy, hit } }: { search: ReturnType<typeof useLogSearch> }) {
  const says = trouble ? (
    <span className="danger">{trouble.says}</span>
  ) : busy ? (
    words.logs.searching
  ) : (
    hit &&
    (hit.matches === 0 ? words.logs.none : words.logs.hits(hit.nth, hit.matches, hit.wrapped))
  )
  return (
    <p className="small meta object-bar" role="status">
      {says}
    </p>
  )
}

type Logs = ReturnType<typeof useLogs>
function Body({ previous, ...view }: Parameters<typeof LogLines>[0] & { previous: boolean }) {
  const { state, remote, again } = view.logs
  const trouble = remote.at === 'failed' ? remote.trouble : recordedTrouble(state?.failure)
  if (trouble && (state?.end ?? 0) === 0)
    return (
      <div className="section">
        {trouble.code === 'FORBIDDEN' ? (
          <Forbidden says={trouble.says} remedy={trouble.remedy} />
        ) : (
          <Failed says={trouble.says} remedy={trouble.remedy} code={trouble.code} onRetry={again} />
        )}
      </div>
    )
  if (!state)
    return (
      <div className="section">
        <Loading says={words.logs.waiting} />
      </div>
    )
  if (state.end === 0)
    return (
      <div className="section">
        <Empty
          says={
            state.says ||
            (state.state === 'ended' ? words.logs.empty(previous) : words.logs.waiting)
          }
        />
      </div>
    )
  return <LogLines {...view} />
}
function Foot({ logs, pod, previous }: { logs: Logs; pod: string; previous: boolean }) {
  const { state } = logs
  return (
    <div className="row object-bar small meta">
      <span className="ellipsis grow">
        {state && words.logs.standing(previous ? 'previous' : state.state, state.says)}
      </span>
      {state && (
        <span className="nowrap">
          {words.logs.lines(pod, formatCount(state.end - state.first), state.first > 0)}
        </span>
      )}
      <Copy logs={logs} />
    </div>
  )
}
/** Copies the newest lines, at most ten thousand. */
function Copy({ logs: { state, session } }: { logs: Logs }) {
  const { client } = useCore()
  const [text, setText] = useState<string>()
  if (!state || session === undefined || state.end === 0) return null
  const gather = async () => {
    const from = Math.max(state.first, state.end - MOST_COPIED)
    const parts: string[] = []
    for (let at = from; at < state.end; at += 1000)
      parts.push(
        ...(
          await client.objects.logLines({
            session,
            from: at,
            count: Math.min(1000, state.end - at),
          })
        ).map((line) => `${timeOf(line.at)} ${readable(line.text)}`),
      )
    setText(parts.join('\n'))
  }
  return text === undefined ? (
    <Button small look="quiet" onClick={() => void gather()}>
      {words.logs.copy}
    </Button>
  ) : (
    <CopyButton
      small
      says={words.logs.copyNow(formatCount(text.split('\n').length))}
      text={() => text}
    />
  )
}

export function Choice({
  label,
  value,
  options,
  onChange,
}: {
  label: string
  value: string
  options: [value: string, says: string][]
  onChange: (value: string) => void
}) {
  return (
    <select
      className="field-box object-choice"
      aria-label={label}
      value={value}
      onChange={({ currentTarget }) => onChange(currentTarget.value)}
    >
      {options.map(([one, says]) => (
        <option key={one} value={one}>
          {says}
        </option>
      ))}
    </select>
  )
}
export function Toggle({
  on,
  onChange,
  label,
  disabledBecause,
  children,
}: {
  on: boolean
  onChange: (on: boolean) => void
  label?: string
  disabledBecause?: string | undefined
  children: ReactNode
}) {
  return (
    <Button
      small
      className={on ? 'object-on' : ''}
      aria-pressed={on}
      {...(label && { 'aria-label': label })}
      disabledBecause={disabledBecause}
      onClick={() => onChange(!on)}
    >
      {children}
    </Button>
  )
}
