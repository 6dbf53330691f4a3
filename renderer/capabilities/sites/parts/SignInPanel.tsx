import { useEffect, useState } from 'react'
import type { SignIn } from '../../../../preload/contract/sites'
import {
  hrefOf,
  lastKnown,
  navigate,
  recordedTrouble,
  useAction,
  useNow,
  useWatch,
  type Action,
} from '../../../client'
import { Button, CopyButton, Loading, Panel, Segmented } from '../../../design'
import { leftFor, nameOfIdentity } from '../view-model'
import { words } from '../words'
import { Told } from './Told'

interface SignInPanelProps {
  identity: string
  site?: string | undefined
  onClose: () => void
  onDone?: () => void
}
/** One identity on its way in: what to open, the code to compare, how long it holds, and how it ended. */
export function SignInPanel({ identity, site, onClose, onDone }: SignInPanelProps) {
  const { signIn, stage, trouble, start, cancel } = useSignIn(identity)
  const byDevice = isDeviceOnly(identity)
  useEffect(() => {
    if (stage === 'done') onDone?.()
  }, [stage, onDone])
  return (
    <Panel
      title={words.signInTitle(nameOfIdentity(identity))}
      means={byDevice ? words.ssoMeans : words.oidcMeans}
      className="sign-in"
      foot={<Foot {...{ stage, site, onClose, cancel }} />}
    >
      {stage === 'done' && (
        <p role="status" className="control-text">
          {words.signedIn}
        </p>
      )}
      {stage === 'starting' && <Loading says={words.asking} rows={1} />}
      {stage === 'waiting' && signIn && (
        <Waiting signIn={signIn} onHow={start} choice={!byDevice} />
      )}
      {stage === 'failed' && trouble && (
        <Told trouble={trouble} onRetry={() => start('browser')} retrySays={words.signIn} />
      )}
      {stage === 'idle' && (
        <>
          <p className="control-text soft">{byDevice ? words.ssoSays : words.oidcSays}</p>
          <span className="row">
            <Button look="primary" onClick={() => start('browser')}>
              {words.signIn}
            </Button>
            {!byDevice && <Button onClick={() => start('device')}>{words.withCode}</Button>}
          </span>
        </>
      )}
    </Panel>
  )
}

type Stage = 'idle' | 'starting' | 'waiting' | 'done' | 'failed'
const isDeviceOnly = (identity: string) => identity.startsWith('aws-sso ')
/** The sign-in as the core tells it; one that ended before this panel was opened is over and not shown. */
function useSignIn(identity: string) {
  const { remote } = useWatch<SignIn[]>(
    (client, options) => client.sites.signIns(undefined, options),
    [],
  )
  const begin = useAction((client, how: SignIn['how']) => client.sites.signIn({ identity, how }))
  const cancel = useAction((client) => client.sites.cancelSignIn({ identity }))
  const [taken, setTaken] = useState(false)
  const signIn = lastKnown(remote)?.value.find((one) => one.identity === identity)
  const state = signIn?.state
  useEffect(() => {
    if (state === 'waiting') setTaken(true)
  }, [state])
  const trouble = begin.trouble ?? recordedTrouble(signIn?.failure)
  const stage = stageOf({ state, busy: begin.busy, taken, refused: begin.trouble !== undefined })
  const start = (how: SignIn['how']) => {
    setTaken(true)
    void begin.act(isDeviceOnly(identity) ? 'device' : how)
  }
  return { signIn, stage, trouble, start, cancel }
}
function stageOf({
  state,
  busy,
  taken,
  refused,
}: {
  state: SignIn['state'] | undefined
  busy: boolean
  taken: boolean
  refused: boolean
}): Stage {
  if (busy || state === 'starting') return 'starting'
  if (refused) return 'failed'
  if (state === 'waiting') return 'waiting'
  return taken && (state === 'done' || state === 'failed') ? state : 'idle'
}
function Foot({
  stage,
  site,
  onClose,
  cancel,
}: Pick<SignInPanelProps, 'site' | 'onClose'> & { stage: Stage; cancel: Action<[], unknown> }) {
  const goOn = () => {
    onClose()
    navigate(hrefOf(['settings'], site === undefined ? {} : { site }))
  }
  if (stage === 'done')
    return (
      <Button look="primary" onClick={goOn}>
        {words.goOn}
      </Button>
    )
  return stage === 'waiting' ? (
    <Button busy={cancel.busy} onClick={() => void cancel.act()}>
      {words.cancel}
    </Button>
  ) : (
    <Button look="quiet" onClick={onClose}>
      {words.notNow}
    </Button>
  )
}

function Waiting({
  signIn,
  choice,
  onHow,
}: {
  signIn: SignIn
  choice: boolean
  onHow: (how: SignIn['how']) => void
}) {
  const { address = '', code, expiresAt, how } = signIn
  const now = useNow(1000)
  return (
    <div className="stack">
      {choice && (
        <span className="row">
          <Segmented
            label={words.how}
            value={how}
            options={[
              { value: 'browser', says: words.byBrowser },
              { value: 'device', says: words.byCode },
            ]}
            onChange={onHow}
          />
        </span>
      )}
      <p className="control-text">{code === undefined ? words.openSays : words.codeSays}</p>
      {code !== undefined && (
        <span className="row">
          <output className="sign-in-code" aria-label={words.code}>
            {code}
          </output>
          <CopyButton small says={words.copyCode} text={() => code} />
        </span>
      )}
      <span className="row wrap">
        <a className="button primary" href={address} target="_blank" rel="noreferrer">
          {words.openBrowser}
        </a>
        <CopyButton says={words.copyAddress} text={() => address} />
      </span>
      <p className="small meta mono ellipsis">{address}</p>
      <p className="small meta" role="timer">
        {words.left(leftFor(expiresAt, now))}
      </p>
    </div>
  )
}
