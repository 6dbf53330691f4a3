import { useEffect, useState } from 'react'
import { describeSaved } from '../../preload/contract/explain-store'
import type { RecoveryChoice, StoreHealth } from '../../preload/contract/system'
import { lastKnown, useAction, useAsk } from '../client'
import { Button, Failed, formatMoment, PageHead, Panel } from '../design'
import { useConnection } from './connection'
import { words } from './words'

/** How the local store is, asked again each time a core comes. */
export function useStoreHealth(): StoreHealth | undefined {
  const cameAt = useConnection(({ state, since }) => (state === 'connected' ? since : 0))
  const { remote } = useAsk((client, options) => client.system.store(undefined, options), [cameAt])
  return lastKnown(remote)?.value
}

/** Says that nothing is kept, over a screen that works all the same. */
export const StoreReadOnly = ({ health }: { health: StoreHealth | undefined }) =>
  health?.state === 'read-only' ? (
    <div className="banner" role="status">
      <b>{words.storeReadOnly}</b>
      <span className="soft">{words.storeReadOnlySays(health.file)}</span>
    </div>
  ) : null

/** In the place of every screen while the local store is damaged: what was saved, and what to begin again with. */
export function StoreDamaged({ health: { file, saved } }: { health: StoreHealth }) {
  const recover = useAction((client, choice: RecoveryChoice) => client.system.recoverStore(choice))
  const [chosen, setChosen] = useState(false)
  useReloadOnce(chosen)
  const choose = async (choice: RecoveryChoice) =>
    setChosen((await recover.act(choice)) !== undefined)
  const busy = recover.busy || chosen
  return (
    <div className="screen">
      <PageHead title={words.storeDamaged} />
      <div className="screen-body">
        <Panel title={words.storeSaved} means={file}>
          <div className="stack">
            <p role="alert">
              <b>{words.storeDamagedSays(file)}</b> {words.storeUntouched}
            </p>
            <ul>
              {saved.map((copy) => (
                <li key={copy.file}>{describeSaved(copy)}</li>
              ))}
              {saved.length === 0 && <li>{words.storeNothing}</li>}
            </ul>
            <div className="row wrap">
              {choicesOf(saved).map(({ says, choice }, index) => (
                <Button
                  key={says}
                  look={index === 0 ? 'primary' : 'quiet'}
                  busy={busy}
                  onClick={() => void choose(choice)}
                >
                  {says}
                </Button>
              ))}
            </div>
            <p className="soft">{words.storeSetAside}</p>
            {chosen && <p role="status">{words.storeBegins}</p>}
            {recover.trouble && (
              <Failed
                says={recover.trouble.says}
                remedy={recover.trouble.remedy}
                code={recover.trouble.code}
              />
            )}
          </div>
        </Panel>
      </div>
    </div>
  )
}

/** The best first: all that can be had, then each copy, then nothing. */
function choicesOf(saved: StoreHealth['saved']): { says: string; choice: RecoveryChoice }[] {
  const copies = saved.flatMap(({ from, at }) =>
    from === 'backup' && at !== undefined ? [at] : [],
  )
  const rescued = saved.some(({ from }) => from === 'damaged-file')
  return [
    ...(rescued ? [{ says: words.storeRescue, choice: { kind: 'rescue' as const } }] : []),
    ...copies.map((at) => ({
      says: words.storeCopy(formatMoment(at)),
      choice: { kind: 'backup' as const, at },
    })),
    { says: words.storeEmpty, choice: { kind: 'empty' } },
  ]
}

/** Every watch of this page was refused by the core that goes: with the next one the page begins anew. */
function useReloadOnce(chosen: boolean) {
  const { state, since } = useConnection()
  const [before] = useState(since)
  useEffect(() => {
    if (chosen && state === 'connected' && since !== before) location.reload()
  }, [chosen, state, since, before])
}
