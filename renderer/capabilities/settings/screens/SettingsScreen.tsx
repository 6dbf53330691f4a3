import type { Settings } from '../../../../preload/contract/system'
import { isInBrowser, useAction, useAddress } from '../../../client'
import {
  Button,
  PageHead,
  Panel,
  Segmented,
  TextField,
  TroubleNote,
  useForm,
} from '../../../design'
import { DirectoryPanel } from '../../people'
import { SessionsPanel } from '../../sessions'
import { ConsentsPanel, CredentialsPanel, NetworkSettings, SitesPanel } from '../../sites'
import { About } from '../parts/About'
import { BackupsPanel } from '../parts/Backups'
import { useSettings } from '../store'
import { kubeconfigForm, personForm } from '../forms'
import { words } from '../words'
import '../settings.css'

/** Sites, look and keys, kubeconfig files, and what this copy of Takt is. */
export function SettingsScreen() {
  const chosen = useAddress().query.get('site') ?? undefined
  return (
    <div className="screen">
      <PageHead title={words.title} />
      <div className="screen-body settings-body">
        <SitesPanel chosen={chosen} />
        <div className="stack scroll" style={{ gap: 12 }} tabIndex={-1}>
          <Look />
          {isInBrowser && <SessionsPanel />}
          <Kubeconfig />
          <NetworkSettings />
          <CredentialsPanel />
          <ConsentsPanel />
          <BackupsPanel />
          <DirectoryPanel />
          <About />
        </div>
      </div>
    </div>
  )
}
const entries = <K extends string>(says: Record<K, string>) =>
  (Object.keys(says) as K[]).map((value) => ({ value, says: says[value] }))
const useSet = () => useAction((client, change: Partial<Settings>) => client.settings.set(change))

function Look() {
  const settings = useSettings()
  const set = useSet()
  return (
    <Panel title={words.look} means={words.lookMeans}>
      <div className="option-grid">
        <span>{words.theme}</span>
        <Segmented
          label={words.theme}
          value={settings.theme}
          options={entries(words.themes)}
          onChange={(theme) => void set.act({ theme })}
        />
        <span>{words.density}</span>
        <Segmented
          label={words.density}
          value={settings.density}
          options={entries(words.densities)}
          onChange={(density) => void set.act({ density })}
        />
        <span>{words.singleKeys}</span>
        <span className="row">
          <Segmented
            label={words.singleKeys}
            value={settings.singleKeys ? 'on' : 'off'}
            options={[
              { value: 'on', says: words.on },
              { value: 'off', says: words.off },
            ]}
            onChange={(value) => void set.act({ singleKeys: value === 'on' })}
          />
          <span className="small meta">{words.singleKeysSays}</span>
        </span>
        <Person
          key={settings.person}
          person={settings.person ?? ''}
          onSave={(person) => void set.act({ person })}
        />
      </div>
      <TroubleNote trouble={set.trouble} />
    </Panel>
  )
}
function Person({ person, onSave }: { person: string; onSave: (person: string) => void }) {
  const form = useForm(personForm, { person })
  return (
    <>
      <span aria-hidden="true">{words.person}</span>
      <form
        className="row"
        onSubmit={(event) => {
          event.preventDefault()
          const wanted = form.tried()
          if (wanted) onSave(wanted.person)
        }}
      >
        <TextField form={form} name="person" label={words.person} layout="bare" />
        {form.dirty && (
          <Button type="submit" disabledBecause={form.missing}>
            {words.save}
          </Button>
        )}
        <span className="small meta">{words.personSays}</span>
      </form>
    </>
  )
}
function Kubeconfig() {
  const { kubeconfigPaths } = useSettings()
  const set = useSet()
  const form = useForm(kubeconfigForm, { path: '' })
  const add = async () => {
    const wanted = form.tried()
    if (
      wanted &&
      (await set.act({
        kubeconfigPaths: [...kubeconfigPaths.filter((path) => path !== wanted.path), wanted.path],
      }))
    )
      form.reset()
  }
  return (
    <Panel title={words.kubeconfig} means={words.kubeconfigMeans}>
      <ul className="stack tight control-text">
        {kubeconfigPaths.length === 0 && <li className="soft">{words.noPaths}</li>}
        {kubeconfigPaths.map((path) => (
          <li key={path} className="row">
            <span className="mono grow ellipsis">{path}</span>
            <Button
              small
              look="quiet"
              aria-label={words.remove(path)}
              onClick={() =>
                void set.act({ kubeconfigPaths: kubeconfigPaths.filter((other) => other !== path) })
              }
            >
              Remove
            </Button>
          </li>
        ))}
      </ul>
      <form
        className="row"
        style={{ paddingTop: 8 }}
        onSubmit={(event) => {
          event.preventDefault()
          void add()
        }}
      >
        <div className="grow">
          <TextField
            form={form}
            name="path"
            label={words.path}
            layout="bare"
            mono
            placeholder="/home/you/.kube/other.yaml"
          />
        </div>
        <Button type="submit" busy={set.busy}>
          {words.add}
        </Button>
      </form>
      <TroubleNote trouble={set.trouble} />
    </Panel>
  )
}
