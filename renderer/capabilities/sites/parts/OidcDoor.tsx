import { useState, type FormEvent } from 'react'
import { hrefOf, navigate, useAction } from '../../../client'
import { Button, Panel } from '../../../design'
import { identityOfIssuer, missingOf, type OidcDraft } from '../view-model'
import { words } from '../words'
import { Told } from './Told'

const EMPTY: OidcDraft = {
  name: '',
  server: '',
  issuer: '',
  clientId: '',
  ca: '',
  scopes: 'groups',
  redirect: '',
}
const FIELDS = ['name', 'server', 'issuer', 'clientId', 'scopes', 'redirect'] as const

/** A cluster that takes the tokens of an OpenID issuer: a few addresses, then the company's own sign-in page. */
export function OidcDoor() {
  const [draft, setDraft] = useState(EMPTY)
  const add = useAction(async (client) => {
    const { ca, scopes, redirect, ...rest } = draft
    const { site } = await client.sites.addOidc({
      ...rest,
      scopes: scopes.split(/[\s,]+/).filter(Boolean),
      ...(ca.trim() && { ca }),
      ...(redirect.trim() && { redirect }),
    })
    // It fails where nobody has signed in to this issuer yet; the site then waits for just that.
    const open = await client.sites.connect({ site }).then(
      () => true,
      () => false,
    )
    return { site, open }
  })
  const missing = missingOf(draft)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const added = missing === undefined ? await add.act() : undefined
    if (added)
      navigate(
        added.open
          ? hrefOf(['settings'], { site: added.site })
          : hrefOf(['connect'], { 'sign-in': identityOfIssuer(draft), site: added.site }),
      )
  }
  const set = (field: keyof OidcDraft, value: string) =>
    setDraft((before) => ({ ...before, [field]: value }))
  return (
    <div className="screen-body with-side">
      <Panel title={words.oidcTitle} means={words.oidcDoorMeans} className="grow">
        <form className="oidc-form" onSubmit={(event) => void submit(event)}>
          {FIELDS.map((field) => (
            <label key={field}>
              <span className="control-text">{words.oidcFields[field]}</span>
              <input
                className={`field-box ${field === 'name' ? '' : 'mono'}`}
                value={draft[field]}
                placeholder={words.oidcExamples[field]}
                autoComplete="off"
                spellCheck={false}
                onChange={(event) => set(field, event.currentTarget.value)}
              />
            </label>
          ))}
          <label>
            <span className="control-text">{words.oidcFields.ca}</span>
            <textarea
              className="field-box mono"
              rows={5}
              value={draft.ca}
              placeholder={words.oidcExamples.ca}
              spellCheck={false}
              onChange={(event) => set('ca', event.currentTarget.value)}
            />
          </label>
          <span className="row">
            <Button type="submit" look="primary" busy={add.busy} disabledBecause={missing}>
              {words.addAndSignIn}
            </Button>
          </span>
          {add.trouble && <Told trouble={add.trouble} />}
        </form>
      </Panel>
      <Panel title={words.oidcHelpTitle}>
        <div className="stack control-text soft">
          {words.oidcHelp.map((line) => (
            <p key={line}>{line}</p>
          ))}
        </div>
      </Panel>
    </div>
  )
}
