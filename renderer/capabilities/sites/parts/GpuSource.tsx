import type { PrometheusSource } from '../../../../preload/contract/gpu-use'
import { lastKnown, useAction, useAsk } from '../../../client'
import { Button, Failed, TextField, useForm } from '../../../design'
import { gpuSourceForm } from '../forms'
import { words } from '../words'

/** Where the use of a site's GPUs is read, and the address of a Prometheus for whoever knows a better one. */
export function GpuSource({ site }: { site: string }) {
  const { remote, again } = useAsk(
    (client, options) => client.objects.gpuSource({ site }, options),
    [site],
  )
  const source = lastKnown(remote)?.value
  return (
    <div className="gpu-source">
      {source && (
        <Address
          key={`${source.state} ${source.address ?? ''}`}
          site={site}
          source={source}
          onNamed={again}
        />
      )}
      {remote.at === 'failed' && (
        <Failed
          says={remote.trouble.says}
          remedy={remote.trouble.remedy}
          code={remote.trouble.code}
          onRetry={again}
          retrySays={words.retry}
        />
      )}
    </div>
  )
}
/** An address that a person named stands in the field; one that was found is only told, so that it may be found elsewhere tomorrow. */
const namedIn = ({ state, address }: PrometheusSource) =>
  state === 'named' || state === 'failed' ? (address ?? '') : ''

function Address({
  site,
  source,
  onNamed,
}: {
  site: string
  source: PrometheusSource
  onNamed: () => void
}) {
  const named = namedIn(source)
  const form = useForm(gpuSourceForm, { url: named })
  const set = useAction((client, url: string) =>
    client.objects.setGpuSource({ site, ...(url !== '' && { url }) }),
  )
  const save = async (url: string) => {
    if (await set.act(url)) onNamed()
  }
  return (
    <>
      <form
        className="row"
        onSubmit={(event) => {
          event.preventDefault()
          const wanted = form.tried()
          if (wanted) void save(wanted.url)
        }}
      >
        <TextField
          form={form}
          name="url"
          label={words.prometheus}
          layout="inline"
          mono
          placeholder={words.prometheusExample}
        />
        {form.dirty && (
          <Button small type="submit" busy={set.busy} disabledBecause={form.missing}>
            {words.save}
          </Button>
        )}
        {named !== '' && !form.dirty && (
          <Button small look="quiet" busy={set.busy} onClick={() => void save('')}>
            {words.findAgain}
          </Button>
        )}
      </form>
      <span className="small meta">{source.says}</span>
      {set.trouble && (
        <Failed says={set.trouble.says} remedy={set.trouble.remedy} code={set.trouble.code} />
      )}
    </>
  )
}
