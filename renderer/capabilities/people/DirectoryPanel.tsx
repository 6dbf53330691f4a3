import { useState } from 'react'
import type {
  DirectorySettings,
  DirectoryState,
  LdapSettings,
} from '../../../preload/contract/people'
import { useAction, useAsk } from '../../client'
import {
  Button,
  Failed,
  Loading,
  Panel,
  SecretField,
  Segmented,
  Sign,
  Tag,
  TextField,
  TickField,
  useForm,
} from '../../design'
import { BLANK_LDAP, ldapForm, ldapTyped, passwordForm } from './forms'
import { words } from './words'
import './people.css'

const options = <K extends string>(says: Record<K, string>) =>
  (Object.keys(says) as K[]).map((value) => ({ value, says: says[value] }))

/** Where people are searched: what is set, who is signed in, and how to change both. */
export function DirectoryPanel() {
  const { remote, again } = useAsk(
    (client, asking) => client.people.directory(undefined, asking),
    [],
  )
  const [newer, setNewer] = useState<DirectoryState>()
  if (remote.at === 'failed')
    return (
      <Panel title={words.directory}>
        <Failed
          says={remote.trouble.says}
          remedy={remote.trouble.remedy}
          code={remote.trouble.code}
          onRetry={again}
        />
      </Panel>
    )
  const state = newer ?? (remote.at === 'ready' ? remote.value : undefined)
  if (!state)
    return (
      <Panel title={words.directory}>
        <Loading rows={2} />
      </Panel>
    )
  return (
    <Panel
      title={words.directory}
      means={words.directoryMeans}
      actions={state.simulated && <Tag tone="dashed">{words.simulated}</Tag>}
    >
      <p className="row control-text" style={{ paddingBottom: 8 }}>
        <Sign
          sign={
            state.state === 'ready' ? 'done' : state.state === 'signed-out' ? 'warning' : 'unknown'
          }
        />
        {state.says}
      </p>
      <Choice key={JSON.stringify(state.settings)} settings={state.settings} onSaved={setNewer} />
      {state.settings.kind === 'ldap' && <SigningIn state={state} onDone={setNewer} />}
    </Panel>
  )
}

interface ChoiceProps {
  settings: DirectorySettings
  onSaved: (state: DirectoryState) => void
}
function Choice({ settings, onSaved }: ChoiceProps) {
  const [kind, setKind] = useState(settings.kind)
  const save = useAction((client, wanted: DirectorySettings) => client.people.setDirectory(wanted))
  const submit = async (wanted: DirectorySettings) => {
    const state = await save.act(wanted)
    if (state) onSaved(state)
  }
  const choose = (next: DirectorySettings['kind']) => {
    setKind(next)
    if (next !== 'ldap') void submit({ kind: next })
  }
  return (
    <div className="stack">
      <div className="option-grid">
        <span>{words.kindOfDirectory}</span>
        <Segmented
          label={words.kindOfDirectory}
          value={kind}
          options={options(words.kinds)}
          onChange={choose}
        />
      </div>
      {kind === 'ldap' && (
        <LdapChoice
          settings={settings.kind === 'ldap' ? settings : undefined}
          busy={save.busy}
          onSave={submit}
        />
      )}
      {save.trouble && (
        <Failed says={save.trouble.says} remedy={save.trouble.remedy} code={save.trouble.code} />
      )}
    </div>
  )
}
const useLdapForm = (settings: LdapSettings | undefined) =>
  useForm(ldapForm, settings ? ldapTyped(settings) : BLANK_LDAP, words)
function LdapChoice({
  settings,
  busy,
  onSave,
}: {
  settings: LdapSettings | undefined
  busy: boolean
  onSave: (wanted: LdapSettings) => Promise<void>
}) {
  const form = useLdapForm(settings)
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault()
        const wanted = form.tried()
        // What the form does not show is kept.
        if (wanted)
          void onSave({
            ...wanted,
            ...(settings?.groupAttribute !== undefined && {
              groupAttribute: settings.groupAttribute,
            }),
          })
      }}
    >
      <LdapFields form={form} />
      {form.dirty && (
        <div className="row">
          <span className="spring" />
          <Button type="submit" look="primary" busy={busy} disabledBecause={form.missing}>
            {words.save}
          </Button>
        </div>
      )}
    </form>
  )
}
function LdapFields({ form }: { form: ReturnType<typeof useLdapForm> }) {
  const of = { form, mono: true } as const
  return (
    <div className="stack">
      <div className="option-grid">
        <span>{words.flavour}</span>
        <Segmented
          label={words.flavour}
          value={form.typed.flavour}
          options={options(words.flavours)}
          onChange={(flavour) => form.set({ flavour })}
        />
      </div>
      <TextField
        {...of}
        name="url"
        label={words.url}
        placeholder="ldaps://directory.company.example"
      />
      {form.typed.url.toLowerCase().startsWith('ldap:') && (
        <div className="row">
          <TickField form={form} name="startTls" label={words.startTls} />
          <span className="small meta">{words.startTlsSays}</span>
        </div>
      )}
      <TextField {...of} name="baseDn" label={words.baseDn} placeholder="dc=company,dc=example" />
      <TextField {...of} name="bindName" label={words.bindName} help={words.bindNameSays} />
      <TextField
        {...of}
        name="caFile"
        label={words.caFile}
        help={words.caFileSays}
        placeholder="/etc/ssl/company-ca.pem"
      />
      <TextField
        {...of}
        name="userAttribute"
        label={words.userAttribute}
        help={words.userAttributeSays}
        placeholder={form.typed.flavour === 'active-directory' ? 'sAMAccountName' : 'uid'}
      />
      <TextField {...of} name="userPrefix" label={words.userPrefix} help={words.prefixSays} />
      <TextField {...of} name="groupPrefix" label={words.groupPrefix} />
    </div>
  )
}

function SigningIn({
  state,
  onDone,
}: {
  state: DirectoryState
  onDone: (state: DirectoryState) => void
}) {
  const form = useForm(passwordForm, { password: '' })
  const [keep, setKeep] = useState(false)
  const signIn = useAction((client, wanted: { password: string; keep: boolean }) =>
    client.people.signIn(wanted),
  )
  const signOut = useAction((client) => client.people.signOut())
  const submit = async () => {
    const wanted = form.tried()
    if (!wanted) return
    const done = await signIn.act({ ...wanted, keep })
    form.reset()
    if (done) onDone(done)
  }
  if (state.password !== 'none')
    return (
      <div className="row control-text people-signing-in">
        <span className="soft">{words.kept[state.password]}</span>
        <span className="spring" />
        <Button
          busy={signOut.busy}
          onClick={() =>
            void signOut.act().then((done) => {
              if (done) onDone(done)
            })
          }
        >
          {words.signOut}
        </Button>
      </div>
    )
  return (
    <form
      className="stack people-signing-in"
      onSubmit={(event) => {
        event.preventDefault()
        void submit()
      }}
    >
      <div className="row">
        <div className="grow">
          <SecretField form={form} name="password" label={words.password} layout="bare" />
        </div>
        <Button type="submit" look="primary" busy={signIn.busy}>
          {words.signIn}
        </Button>
      </div>
      {state.canKeep ? (
        <label className="row small">
          <input
            type="checkbox"
            checked={keep}
            onChange={({ target }) => setKeep(target.checked)}
          />
          {words.keep}
        </label>
      ) : (
        <span className="small meta">{words.cannotKeep}</span>
      )}
      {signIn.trouble && (
        <Failed
          says={signIn.trouble.says}
          remedy={signIn.trouble.remedy}
          code={signIn.trouble.code}
        />
      )}
    </form>
  )
}
