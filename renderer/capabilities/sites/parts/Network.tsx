import type { z } from 'zod'
import { useAction } from '../../../client'
import { Button, Failed, LinesField, Panel, TextField, useForm } from '../../../design'
import { useSettings } from '../../settings/store'
import { networkForm } from '../forms'
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
  const form = useForm(networkForm, { caFiles: caFiles.join('\n'), proxy, noProxy })
  const set = useAction((client, wanted: z.output<typeof networkForm.schema>) =>
    client.settings.set(wanted),
  )
  return (
    <Panel title={words.network} means={words.networkMeans}>
      <form
        className="oidc-form"
        onSubmit={(event) => {
          event.preventDefault()
          const wanted = form.tried()
          if (wanted) void set.act(wanted)
        }}
      >
        <LinesField
          form={form}
          name="caFiles"
          label={words.caFiles}
          layout="stacked"
          mono
          placeholder="/etc/ssl/company-root.pem"
        />
        <TextField
          form={form}
          name="proxy"
          label={words.proxy}
          layout="stacked"
          mono
          placeholder="http://proxy.company.example:3128"
        />
        <TextField
          form={form}
          name="noProxy"
          label={words.noProxy}
          layout="stacked"
          mono
          placeholder=".company.example, 10.0.0.0/8"
        />
        {form.dirty && (
          <span className="row">
            <Button type="submit" busy={set.busy} disabledBecause={form.missing}>
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
