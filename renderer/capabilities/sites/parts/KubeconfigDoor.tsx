import { useState } from 'react'
import type { FoundContext, FoundContexts } from '../../../../preload/contract/sites'
import {
  lastKnown,
  recordedTrouble,
  useAddress,
  useAsk,
  useSettled,
  useWatch,
} from '../../../client'
import {
  Button,
  Empty,
  Failed,
  LinkButton,
  Loading,
  Panel,
  Table,
  type Column,
} from '../../../design'
import { words } from '../words'
import { ConnectPanel } from './ConnectPanel'

const COLUMNS: Column<FoundContext>[] = [
  {
    id: 'context',
    says: words.context,
    value: ({ context }) => context,
    cell: ({ context }) => <b>{context}</b>,
  },
  {
    id: 'server',
    says: words.server,
    value: ({ server }) => server,
    cell: ({ server }) => <span className="mono">{server}</span>,
  },
  { id: 'user', says: words.user, value: ({ user }) => user, cell: ({ user }) => user },
  {
    id: 'auth',
    says: words.auth,
    value: ({ auth }) => words.auths[auth],
    cell: ({ auth }) => words.auths[auth],
  },
  {
    id: 'file',
    says: words.file,
    value: ({ file }) => file,
    cell: ({ file }) => <span className="meta">{file}</span>,
  },
]
/** Rows on the screen at once; the core filters and cuts, for a file may hold a hundred thousand. */
const PAGE = 100
const SETTLED_MS = 200
/** The contexts on the screen as they are read, with what they are filtered by. */
function useContexts() {
  const [typed, setTyped] = useState('')
  const [offset, setOffset] = useState(0)
  const filter = useSettled(typed, SETTLED_MS)
  const { remote, again } = useWatch(
    (client, options) => client.sites.watchContexts({ filter, offset, limit: PAGE }, options),
    [filter, offset],
  )
  const type = (text: string) => {
    setTyped(text)
    setOffset(0)
  }
  return { remote, again, typed, type, offset, setOffset }
}
/** The context that was chosen, on the screen or not. */
function useChosen(id: string | undefined, shown: readonly FoundContext[]) {
  const isShown = id === undefined || shown.some((one) => one.id === id)
  const { remote } = useAsk(
    (client, options) =>
      isShown
        ? Promise.resolve(undefined)
        : client.sites.contexts({ id, limit: 1 }, options).then(({ contexts }) => contexts[0]),
    [id, isShown],
  )
  return shown.find((one) => one.id === id) ?? (isShown ? undefined : lastKnown(remote)?.value)
}

/** Contexts of the kubeconfig files; choosing one says what connecting does and asks before any program runs. */
export function KubeconfigDoor() {
  const list = useContexts()
  const { remote, again } = list
  const asked = useAddress().query.get('context') ?? undefined
  const [chosen, setChosen] = useState(asked)
  const found = lastKnown(remote)?.value
  const context = useChosen(chosen, found?.contexts ?? [])
  return (
    <div className="screen-body with-side">
      <div className="stack" style={{ minHeight: 0, gap: 12 }}>
        <Panel
          title={words.contexts}
          means={words.contextsMean}
          flush
          className="grow"
          actions={found && <ContextFilter list={list} found={found} />}
          foot={found && <ContextPages list={list} found={found} />}
        >
          <ContextRows list={list} chosen={chosen} onChoose={setChosen} />
        </Panel>
        {found && found.unreadable.length > 0 && <Unreadable of={found.unreadable} again={again} />}
      </div>
      {context ? (
        <ConnectPanel key={context.id} context={context} onClose={() => setChosen(undefined)} />
      ) : (
        <Panel title={words.connect}>
          <p className="control-text soft">{words.choose}</p>
        </Panel>
      )}
    </div>
  )
}
type ContextList = ReturnType<typeof useContexts>
function ContextRows({
  list: { remote, again },
  chosen,
  onChoose,
}: {
  list: ContextList
  chosen: string | undefined
  onChoose: (id: string) => void
}) {
  const found = lastKnown(remote)?.value
  const failed = remote.at === 'failed' && (
    <div style={{ padding: '0 12px' }}>
      <Failed
        says={remote.trouble.says}
        remedy={remote.trouble.remedy}
        code={remote.trouble.code}
        onRetry={again}
      />
    </div>
  )
  if (!found)
    return (
      failed || (
        <div style={{ padding: '0 12px' }}>
          <Loading />
        </div>
      )
    )
  if (found.total === 0 && !found.reading)
    return (
      <div style={{ padding: '0 12px' }}>
        <Empty says={words.noContexts}>
          <LinkButton href="#/settings">{words.toSettings}</LinkButton>
        </Empty>
      </div>
    )
  return (
    <>
      {failed}
      <Table
        label={words.contexts}
        rows={found.contexts}
        columns={COLUMNS}
        idOf={({ id }) => id}
        selected={chosen}
        onOpen={({ id }) => onChoose(id)}
      />
    </>
  )
}
/** A filter, once there is more than one page. */
const ContextFilter = ({ list, found }: { list: ContextList; found: FoundContexts }) =>
  found.total > PAGE || list.typed !== '' ? (
    <label className="filter-box">
      <span className="visually-hidden">{words.filterContexts}</span>
      <input
        value={list.typed}
        placeholder={words.filterContexts}
        data-filter
        onChange={({ target }) => list.type(target.value)}
      />
    </label>
  ) : null
/** Which of how many are on the screen, and the way to the others; nothing where all are. */
function ContextPages({ list, found }: { list: ContextList; found: FoundContexts }) {
  const { offset, setOffset, typed } = list
  const { contexts, matched, total, reading } = found
  if (!reading && total <= PAGE && typed === '') return null
  return (
    <>
      <span className="small meta" role="status">
        {words.contextsShown({ from: offset, shown: contexts.length, matched, total })}
        {reading && ` ${words.readingContexts}`}
      </span>
      {offset > 0 && (
        <Button small onClick={() => setOffset(Math.max(0, offset - PAGE))}>
          {words.previous}
        </Button>
      )}
      {offset + contexts.length < matched && (
        <Button small onClick={() => setOffset(offset + PAGE)}>
          {words.next}
        </Button>
      )}
    </>
  )
}
function Unreadable({ of, again }: { of: { code: string; data?: unknown }[]; again: () => void }) {
  return (
    <Panel title={words.unreadable}>
      {of.map((record, index) => {
        const trouble = recordedTrouble(record)
        return (
          <Failed
            key={index}
            says={trouble?.says ?? record.code}
            remedy={trouble?.remedy}
            code={record.code}
            onRetry={again}
          />
        )
      })}
    </Panel>
  )
}
