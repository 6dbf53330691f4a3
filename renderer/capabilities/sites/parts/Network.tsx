import { useState } from 'react'
import { useAction } from '../../../client'
import { Button, Failed, Panel } from '../../../design'
import { useSettings } from '../../settings/store'
import { words } from '../words'

/** Whom to trust beside the system, and the way out of the building. */
export function NetworkSettings() {
  const { caFiles, proxy, noProxy } = useSettings()
  return (
    <NetworkForm key={JSON.stringify([caFiles, proxy, noProxy])} {...{ caFiles, proxy, noProxy }} />
  )
}
function NetworkForm({
  caFiles,
  proxy,
  noProxy,
}: {
  caFiles: string[]
  proxy: string
  noProxy: string
}) {
  const [draft, setDraft] = useState({ caFiles: caFiles.join('\n'), proxy, noProxy })
  const set = useAction((client) =>
    client.settings.set({
      caFiles: draft.caFiles
        .split('\n')
        .map((line) => line.trim())
        .filter(Boolean),
      proxy: draft.proxy.trim(),
      noProxy: draft.noProxy.trim(),
    }),
  )
  const changed =
    draft.caFiles !== caFiles.join('\n') || draft.proxy !== proxy || draft.noProxy !== noProxy
  const field = (name: keyof typeof draft) => ({
    value: draft[name],
    spellCheck: false,
    onChange: (event: { currentTarget: { value: string } }) => {
      const { value } = event.currentTarget
      setDraft((before) => ({ ...before, [name]: value }))
    },
  })
  return (
    <Panel title={words.network} means={words.networkMeans}>
      <form
        className="oidc-form"
        onSubmit={(event) => {
          event.preventDefault()
          void set.act()
        }}
      >
        <label>
          <span className="control-text">{words.caFiles}</span>
          <textarea
            className="field-box mono"
            rows={2}
            placeholder="/etc/ssl/company-root.pem"
            {...field('caFiles')}
          />
        </label>
        <label>
          <span className="control-text">{words.proxy}</span>
          <input
            className="field-box mono"
            placeholder="http://proxy.company.example:3128"
            {...field('proxy')}
          />
        </label>
        <label>
          <span className="control-text">{words.noProxy}</span>
          <input
            className="field-box mono"
            placeholder=".company.example, 10.0.0.0/8"
            {...field('noProxy')}
          />
        </label>
        {changed && (
          <span className="row">
            <Button type="submit" busy={set.busy}>
              {words.save}
            </Button>
            <span className="small meta">{words.networkSays}</span>
          </span>
        )}
        {set.trouble && (
          <Failed says={set.trouble.says} remedy={set.trouble.remedy} code={set.trouble.code} />
        )}
      </form>
    </Panel>
  )
}
