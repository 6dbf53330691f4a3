import { useState } from 'react'
import { tokenIn, useSession, type SignedOut as Reason, type TabSession } from '../client'
import { Button, CopyButton, Dialog, formatMoment } from '../design'
import { words } from './words'

const COMMAND = 'takt serve --new-token'
function reasonOf(out: Reason): string {
  const said = words.signedOut[out.why]
  return 'usedAt' in out && out.usedAt !== undefined
    ? `${said} ${words.usedAt(formatMoment(out.usedAt))}`
    : said
}

/** Says why this tab is not signed in and how it can be again, over the screen: what stands there stays. */
export function SignedOut({ session }: { session: TabSession }) {
  const { out } = useSession()
  const [later, setLater] = useState<Reason>()
  if (!out) return null
  return (
    <>
      <div className="banner" role="status">
        <b>{words.signedOutShort}</b>
        <Button small onClick={() => setLater(undefined)}>
          {words.signInAgain}
        </Button>
      </div>
      <Dialog title={words.signInAgain} opened={later !== out} onClose={() => setLater(out)}>
        <div className="stack control-text">
          <p>
            <b>{reasonOf(out)}</b> {words.signedOutMeans[out.why]}
          </p>
          <p>{words.getAddress}</p>
          <p className="row">
            <code className="mono">{COMMAND}</code>
            <CopyButton small says={words.copy} text={() => COMMAND} />
          </p>
          <p className="soft">{words.inClone}</p>
          <Paste session={session} />
        </div>
      </Dialog>
    </>
  )
}
function Paste({ session }: { session: TabSession }) {
  const [pasted, setPasted] = useState('')
  const [busy, setBusy] = useState(false)
  return (
    <form
      className="stack tight"
      onSubmit={(event) => {
        event.preventDefault()
        if (pasted.trim() === '' || busy) return
        setBusy(true)
        void session.signIn(tokenIn(pasted)).then(() => {
          setBusy(false)
          setPasted('')
        })
      }}
    >
      <label htmlFor="one-time-address">{words.pasteAddress}</label>
      <span className="row">
        <input
          id="one-time-address"
          className="field-box mono grow"
          // What is typed here lets somebody in: no browser is to keep it.
          type="password"
          autoComplete="off"
          maxLength={500}
          value={pasted}
          data-autofocus
          onChange={({ target }) => setPasted(target.value)}
        />
        <Button look="primary" type="submit" busy={busy}>
          {words.signIn}
        </Button>
      </span>
    </form>
  )
}
