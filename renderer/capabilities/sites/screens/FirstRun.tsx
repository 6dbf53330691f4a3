import { lastKnown, navigate, useAction, useWatch } from '../../../client'
import { Failed, Icon, Kbd, Mark, usePageTitle, type IconName } from '../../../design'
import { words } from '../words'
import '../sites.css'

interface DoorProps {
  icon: IconName | 'mark'
  title: string
  says: string
  note?: string
  keys?: string
  first?: boolean
  busy?: boolean
  onOpen: () => void
}
function Door({ icon, title, says, note, keys, first = false, busy = false, onOpen }: DoorProps) {
  return (
    <button
      type="button"
      className={`door ${first ? 'first' : ''}`}
      aria-disabled={busy || undefined}
      aria-busy={busy || undefined}
      onClick={() => {
        if (!busy) onOpen()
      }}
    >
      {icon === 'mark' ? <Mark /> : <Icon name={icon} />}
      <span className="stack tight">
        <b>{title}</b>
        <span className="soft">{says}</span>
      </span>
      {note && <span className="small meta">{note}</span>}
      {keys && <Kbd>{keys}</Kbd>}
    </button>
  )
}

/** Nothing is connected yet: three doors, with the time each takes. */
export function FirstRun() {
  usePageTitle(words.firstPage)
  const plant = useAction((client) => client.sites.openPlant())
  const { remote } = useWatch(
    (client, options) => client.sites.watchContexts({ limit: 3 }, options),
    [],
  )
  const found = lastKnown(remote)?.value
  const names = (found?.contexts ?? []).map(({ context }) => context)
  return (
    <div className="screen first-run">
      <div className="doors">
        <h1 tabIndex={-1} data-page-title={words.firstPage}>
          {words.firstTitle}
        </h1>
        <Door
          icon="mark"
          first
          title={words.plant}
          says={plant.busy ? words.plantOpening : words.plantSays}
          note={words.plantTime}
          busy={plant.busy}
          onOpen={() => void plant.act()}
        />
        <Door
          icon="cluster"
          title={words.cluster}
          says={words.clusterSays(names, found?.total ?? 0)}
          note={words.clusterTime}
          onOpen={() => navigate('#/connect')}
        />
        <Door
          icon="file"
          title={words.bundle}
          says={words.bundleSays}
          note={words.bundleTime}
          onOpen={() => navigate('#/drift?dialog=open')}
        />
        <p className="small meta">{words.firstSays}</p>
        {plant.trouble && (
          <Failed
            says={plant.trouble.says}
            remedy={plant.trouble.remedy}
            code={plant.trouble.code}
            onRetry={() => void plant.act()}
          />
        )}
      </div>
    </div>
  )
}
