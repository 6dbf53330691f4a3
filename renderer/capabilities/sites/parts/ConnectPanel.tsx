import type { FoundContext } from '../../../../preload/contract/sites'
import { lastKnown, navigate, useAction } from '../../../client'
import { Button, Facts, Inspector, Warning } from '../../../design'
import { programWords } from '../program-words'
import { useHome } from '../store'
import { consentFor } from '../view-model'
import { words } from '../words'
import { Told } from './Told'
import { useProgram, WhatRuns } from './WhatRuns'

/** What connecting a context does, what it would run, and the button that allows exactly that. */
export function ConnectPanel({ context, onClose }: { context: FoundContext; onClose: () => void }) {
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
        {context.unchecked && <Warning says={words.uncheckedSays} />}
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
