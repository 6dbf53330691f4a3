import { useState } from 'react'
import type { Settings } from '../../../../preload/contract/system'
import { isInBrowser, useAction, useAddress } from '../../../client'
import { Button, Failed, PageHead, Panel, Segmented } from '../../../design'
import { DirectoryPanel } from '../../people'
import { SessionsPanel } from '../../sessions'
import { NetworkSettings, SitesPanel } from '../../sites'
import { About } from '../parts/About'
import { useSettings } from '../store'
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
      <div className="options">
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
      {set.trouble && (
        <Failed says={set.trouble.says} remedy={set.trouble.remedy} code={set.trouble.code} />
      )}
    </Panel>
  )
}
function Person({ person, onSave }: { person: string; onSave: (person: string) => void }) {
  const [typed, setTyped] = useState(person)
  return (
    <>
      <label htmlFor="settings-person">{words.person}</label>
      <form
        className="row"
        onSubmit={(event) => {
          event.preventDefault()
          onSave(typed.trim())
        }}
      >
        <input
          id="settings-person"
          className="field-box"
          value={typed}
          maxLength={253}
          autoComplete="off"
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        {typed.trim() !== person && <Button type="submit">{words.save}</Button>}
        <span className="small meta">{words.personSays}</span>
      </form>
    </>
  )
}
function Kubeconfig() {
  const { kubeconfigPaths } = useSettings()
  const set = useSet()
  const [typed, setTyped] = useState('')
  const add = async () => {
    if (
      typed.trim() &&
      (await set.act({
        kubeconfigPaths: [...kubeconfigPaths.filter((path) => path !== typed.trim()), typed.trim()],
      }))
    )
      setTyped('')
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
        <input
          className="field-box grow mono"
          aria-label={words.path}
          placeholder="/home/you/.kube/other.yaml"
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <Button type="submit" busy={set.busy}>
          {words.add}
        </Button>
      </form>
      {set.trouble && (
        <Failed says={set.trouble.says} remedy={set.trouble.remedy} code={set.trouble.code} />
      )}
    </Panel>
  )
}
