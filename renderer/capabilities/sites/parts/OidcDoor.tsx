import type { FormEvent } from 'react'
import type { z } from 'zod'
import { hrefOf, navigate, useAction } from '../../../client'
import { Button, LinesField, Panel, TextField, useForm } from '../../../design'
import { oidcForm } from '../forms'
import { identityOfIssuer } from '../view-model'
import { words } from '../words'
import { Told } from './Told'

const EMPTY = {
  ...{ name: '', server: '', issuer: '', clientId: '', ca: '' },
  ...{ scopes: 'groups', redirect: '' },
}
const FIELDS = ['name', 'server', 'issuer', 'clientId', 'scopes', 'redirect'] as const

/** A cluster that takes the tokens of an OpenID issuer: a few addresses, then the company's own sign-in page. */
export function OidcDoor() {
  const form = useForm(oidcForm, EMPTY, words.oidcFields)
  const add = useAction(async (client, wanted: z.output<typeof oidcForm.schema>) => {
    const { ca, redirect, ...rest } = wanted
    const { site } = await client.sites.addOidc({
      ...rest,
      ...(ca !== '' && { ca }),
      ...(redirect !== '' && { redirect }),
    })
    // It fails where nobody has signed in to this issuer yet; the site then waits for just that.
    const open = await client.sites.connect({ site }).then(
      () => true,
      () => false,
    )
    return { site, open }
  })
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const wanted = form.tried()
    const added = wanted && (await add.act(wanted))
    if (added)
      navigate(
        added.open
          ? hrefOf(['settings'], { site: added.site })
          : hrefOf(['connect'], { 'sign-in': identityOfIssuer(wanted), site: added.site }),
      )
  }
  return (
    <div className="screen-body with-side">
      <Panel title={words.oidcTitle} means={words.oidcDoorMeans} className="grow">
        <form className="oidc-form" onSubmit={(event) => void submit(event)}>
          {FIELDS.map((field) => (
            <TextField
              key={field}
              form={form}
              name={field}
              label={words.oidcFields[field]}
              layout="stacked"
              mono={field !== 'name'}
              placeholder={words.oidcExamples[field]}
            />
          ))}
          <LinesField
            form={form}
            name="ca"
            label={words.oidcFields.ca}
            layout="stacked"
            mono
            rows={5}
            placeholder={words.oidcExamples.ca}
          />
          <span className="row">
            <Button type="submit" look="primary" busy={add.busy} disabledBecause={form.missing}>
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
