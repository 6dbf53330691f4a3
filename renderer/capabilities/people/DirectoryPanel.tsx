import { useState, type ReactNode } from 'react'
import type {
  DirectorySettings,
  DirectoryState,
  LdapSettings,
} from '../../../preload/contract/people'
import { useAction, useAsk } from '../../client'
import { Button, Failed, Loading, Panel, Segmented, Sign, Tag } from '../../design'
import { words } from './words'
import './people.css'

const BLANK: LdapSettings = {
  kind: 'ldap',
  url: '',
  startTls: true,
  flavour: 'active-directory',
  baseDn: '',
  bindName: '',
  userPrefix: '',
  groupPrefix: '',
}
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

function Choice({
  settings,
  onSaved,
}: {
  settings: DirectorySettings
  onSaved: (state: DirectoryState) => void
}) {
  const [draft, setDraft] = useState<DirectorySettings>(settings)
  const save = useAction((client, wanted: DirectorySettings) => client.people.setDirectory(wanted))
  const submit = async (wanted: DirectorySettings) => {
    const state = await save.act(wanted)
    if (state) onSaved(state)
  }
  const choose = (kind: DirectorySettings['kind']) => {
    if (kind === 'ldap') return setDraft(settings.kind === 'ldap' ? settings : BLANK)
    setDraft({ kind })
    void submit({ kind })
  }
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault()
        void submit(draft)
      }}
    >
      <div className="options">
        <span>{words.kindOfDirectory}</span>
        <Segmented
          label={words.kindOfDirectory}
          value={draft.kind}
          options={options(words.kinds)}
          onChange={choose}
        />
        {draft.kind === 'ldap' && <LdapFields draft={draft} onChange={setDraft} />}
      </div>
      {draft.kind === 'ldap' && JSON.stringify(draft) !== JSON.stringify(settings) && (
        <div className="row">
          <span className="spring" />
          <Button type="submit" look="primary" busy={save.busy}>
            {words.save}
          </Button>
        </div>
      )}
      {save.trouble && (
        <Failed says={save.trouble.says} remedy={save.trouble.remedy} code={save.trouble.code} />
      )}
    </form>
  )
}

type Text =
  'url' | 'baseDn' | 'bindName' | 'caFile' | 'userAttribute' | 'userPrefix' | 'groupPrefix'
const OPTIONAL = new Set<Text>(['caFile', 'userAttribute'])
function LdapFields({
  draft,
  onChange,
}: {
  draft: LdapSettings
  onChange: (draft: LdapSettings) => void
}) {
  const set = (field: Text, value: string) => {
    const { [field]: _, ...rest } = draft
    onChange(
      (value === '' && OPTIONAL.has(field) ? rest : { ...rest, [field]: value }) as LdapSettings,
    )
  }
  const field = (
    name: Text,
    { placeholder = '', note }: { placeholder?: string; note?: string } = {},
  ): ReactNode => (
    <>
      <label htmlFor={`directory-${name}`}>{words[name]}</label>
      <span className="stack tight">
        <input
          id={`directory-${name}`}
          className="field-box mono"
          value={draft[name] ?? ''}
          placeholder={placeholder}
          autoComplete="off"
          spellCheck={false}
          onChange={({ target }) => set(name, target.value)}
        />
        {note && <span className="small meta">{note}</span>}
      </span>
    </>
  )
  return (
    <>
      <span>{words.flavour}</span>
      <Segmented
        label={words.flavour}
        value={draft.flavour}
        options={options(words.flavours)}
        onChange={(flavour) => onChange({ ...draft, flavour })}
      />
      {field('url', { placeholder: 'ldaps://directory.company.example' })}
      {draft.url.toLowerCase().startsWith('ldap:') && (
        <>
          <span>{words.startTls}</span>
          <label className="row">
            <input
              type="checkbox"
              checked={draft.startTls}
              onChange={({ target }) => onChange({ ...draft, startTls: target.checked })}
            />
            <span className="small meta">{words.startTlsSays}</span>
          </label>
        </>
      )}
      {field('baseDn', { placeholder: 'dc=company,dc=example' })}
      {field('bindName', { note: words.bindNameSays })}
      {field('caFile', { placeholder: '/etc/ssl/company-ca.pem', note: words.caFileSays })}
      {field('userAttribute', {
        placeholder: draft.flavour === 'active-directory' ? 'sAMAccountName' : 'uid',
        note: words.userAttributeSays,
      })}
      {field('userPrefix', { note: words.prefixSays })}
      {field('groupPrefix')}
    </>
  )
}

function SigningIn({
  state,
  onDone,
}: {
  state: DirectoryState
  onDone: (state: DirectoryState) => void
}) {
  const [password, setPassword] = useState('')
  const [keep, setKeep] = useState(false)
  const signIn = useAction((client, wanted: { password: string; keep: boolean }) =>
    client.people.signIn(wanted),
  )
  const signOut = useAction((client) => client.people.signOut())
  const submit = async () => {
    const done = await signIn.act({ password, keep })
    setPassword('')
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
        if (password !== '') void submit()
      }}
    >
      <div className="row">
        <input
          className="field-box grow"
          type="password"
          aria-label={words.password}
          placeholder={words.password}
          autoComplete="current-password"
          value={password}
          onChange={({ target }) => setPassword(target.value)}
        />
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
