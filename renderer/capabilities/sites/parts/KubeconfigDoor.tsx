import { useState } from 'react'
import type { FoundContext } from '../../../../preload/contract/sites'
import {
  lastKnown,
  navigate,
  recordedTrouble,
  useAction,
  useAddress,
  useAsk,
} from '../../../client'
import {
  Button,
  Empty,
  Facts,
  Failed,
  Inspector,
  LinkButton,
  Loading,
  Panel,
  Table,
  type Column,
} from '../../../design'
import { useHome } from '../store'
import { programWords } from '../program-words'
import { consentFor } from '../view-model'
import { words } from '../words'
import { Told } from './Told'
import { useProgram, WhatRuns } from './WhatRuns'

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
/** Contexts of the kubeconfig files; choosing one says what connecting does and asks before any program runs. */
export function KubeconfigDoor() {
  const { remote, again } = useAsk(
    (client, options) => client.sites.contexts(undefined, options),
    [],
  )
  const asked = useAddress().query.get('context') ?? undefined
  const [chosen, setChosen] = useState(asked)
  const found = lastKnown(remote)?.value
  const context = found?.contexts.find(({ id }) => id === chosen)
  return (
    <div className="screen-body with-side">
      <div className="stack" style={{ minHeight: 0, gap: 12 }}>
        <Panel title={words.contexts} means={words.contextsMean} flush className="grow">
          {remote.at === 'failed' && (
            <div style={{ padding: '0 12px' }}>
              <Failed
                says={remote.trouble.says}
                remedy={remote.trouble.remedy}
                code={remote.trouble.code}
                onRetry={again}
              />
            </div>
          )}
          {!found && remote.at !== 'failed' && (
            <div style={{ padding: '0 12px' }}>
              <Loading />
            </div>
          )}
          {found &&
            (found.contexts.length > 0 ? (
              <Table
                label={words.contexts}
                rows={found.contexts}
                columns={COLUMNS}
                idOf={({ id }) => id}
                selected={chosen}
                onOpen={({ id }) => setChosen(id)}
              />
            ) : (
              <div style={{ padding: '0 12px' }}>
                <Empty says={words.noContexts}>
                  <LinkButton href="#/settings">{words.toSettings}</LinkButton>
                </Empty>
              </div>
            ))}
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
function ConnectPanel({ context, onClose }: { context: FoundContext; onClose: () => void }) {
  const program = useProgram(context.plugin ? { site: context.id } : undefined)
  const consent = consentFor(lastKnown(program.remote)?.value)
  const home = useHome()
  const connect = useAction(async (client, makeHome: boolean) => {
    await client.sites.connect({
      site: context.id,
      ...(consent && { consentToHash: consent.hash }),
    })
    if (makeHome) await client.sites.makeHome({ site: context.id })
    return true
  })
  const go = async (makeHome: boolean) => {
    if (await connect.act(makeHome)) navigate(makeHome ? '#/map' : '#/settings')
  }
  return (
    <Inspector
      title={context.context}
      says={words.connectSays}
      onClose={onClose}
      foot={
        <ConnectButtons
          isFirst={!home}
          asks={consent !== undefined}
          busy={connect.busy}
          waitsFor={
            context.plugin && program.remote.at !== 'ready' ? programWords.asking : undefined
          }
          onGo={(makeHome) => void go(makeHome)}
        />
      }
    >
      <div style={{ padding: '0 12px 12px' }} className="stack">
        <Facts
          facts={[
            [
              words.server,
              <span className="mono" key="s">
                {context.server}
              </span>,
            ],
            [words.user, context.user],
            [words.auth, words.auths[context.auth]],
            [words.file, context.file],
          ]}
        />
        {!home && <p className="control-text soft">{words.homeSays}</p>}
        {context.plugin && (
          <div className="stack">
            <h3>{words.consentTitle(context.context)}</h3>
            <WhatRuns asked={program} />
          </div>
        )}
        {connect.trouble && (
          <Told
            trouble={connect.trouble}
            site={{ id: context.id, name: context.context, server: context.server }}
            onRetry={() => void go(!home)}
          />
        )}
      </div>
    </Inspector>
  )
}

/** Connecting, with the consent that it needs; not before all of that is on the screen. */
const ConnectButtons = ({
  isFirst,
  asks,
  busy,
  waitsFor,
  onGo,
}: {
  isFirst: boolean
  asks: boolean
  busy: boolean
  waitsFor: string | undefined
  onGo: (makeHome: boolean) => void
}) => (
  <>
    {isFirst && (
      <Button look="primary" busy={busy} disabledBecause={waitsFor} onClick={() => onGo(true)}>
        {asks ? words.allowAndHome : words.connectAndHome}
      </Button>
    )}
    <Button
      look={isFirst ? 'normal' : 'primary'}
      busy={busy}
      disabledBecause={waitsFor}
      onClick={() => onGo(false)}
    >
      {asks ? words.allow : words.connect}
    </Button>
  </>
)
