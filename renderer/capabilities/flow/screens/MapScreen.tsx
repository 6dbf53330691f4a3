import type { MapView } from '../../../../preload/contract/flow'
import {
  lastKnown,
  restartWatches,
  useAddress,
  useNow,
  useWatch,
  type Remote,
} from '../../../client'
import { Failed, Figure, formatShare, Kbd, Loading, PageHead, Panel } from '../../../design'
import { Demand } from '../parts/Demand'
import { Filters } from '../parts/Filters'
import { Lanes } from '../parts/Lanes'
import { Lines } from '../parts/Lines'
import { useHome } from '../../sites/store'
import { useFlowStore } from '../store'
import { mapAge } from '../view-model'
import { words } from '../words'
import '../map.css'

/** The home screen: where every question stands, what runs where, what stops. */
export function MapScreen() {
  const { query } = useAddress()
  const team = query.get('team') ?? undefined,
    project = query.get('project') ?? undefined
  return team || project ? <FilteredMap team={team} project={project} /> : <WholeMap />
}
const WholeMap = () => (
  <MapFrame remote={useFlowStore((state) => state.map)} again={restartWatches} />
)
function FilteredMap({ team, project }: { team: string | undefined; project: string | undefined }) {
  const { remote, again } = useWatch(
    (client, options) =>
      client.flow.map({ ...(team && { team }), ...(project && { project }) }, options),
    [team, project],
  )
  return <MapFrame remote={remote} again={again} />
}
function MapFrame({ remote, again }: { remote: Remote<MapView>; again: () => void }) {
  const now = useNow(1000)
  const { query } = useAddress()
  const known = lastKnown(remote)
  const [team, project, site] = ['team', 'project', 'site'].map(
    (name) => query.get(name) ?? undefined,
  )
  const map = known?.value
  const home = useHome()
  const age = known && mapAge(known, home?.state, now)
  return (
    <div className="screen map">
      <PageHead
        title={words.title}
        actions={
          <>
            {map && <Figures figures={map.figures} aged={age !== undefined} />}
            <a className="button primary" href="#/discover/new">
              {words.newProject}
              <Kbd>N</Kbd>
            </a>
          </>
        }
      >
        {map && (
          <Filters
            team={team}
            project={project}
            site={site}
            teams={map.filters.teams}
            projects={map.filters.projects}
          />
        )}
      </PageHead>
      {remote.at === 'failed' && (
        <div style={{ padding: '0 16px 12px' }}>
          <Panel title={words.title}>
            <Failed
              says={remote.trouble.says}
              remedy={remote.trouble.remedy}
              code={remote.trouble.code}
              onRetry={again}
            />
          </Panel>
        </div>
      )}
      {!map && remote.at !== 'failed' && (
        <div className="screen-body">
          <Panel title={words.title}>
            <Loading says={words.first} rows={6} />
          </Panel>
        </div>
      )}
      {map && (
        <div className="screen-body map-body" data-live={map.live}>
          <Lines map={map} age={age} />
          <div className="map-below">
            <Lanes map={map} age={age} site={site} />
            <Demand map={map} age={age} />
          </div>
        </div>
      )}
    </div>
  )
}
function Figures({ figures, aged }: { figures: MapView['figures']; aged: boolean }) {
  const days = (value: number | undefined) => (value === undefined ? undefined : words.days(value))
  return (
    <div className="row map-figures" style={{ gap: 0 }}>
      <Figure
        aged={aged}
        label={words.open}
        value={figures.open}
        {...(figures.wipLimit !== undefined && { note: words.ofAllowed(figures.wipLimit) })}
      />
      <Figure
        aged={aged}
        label={words.lead}
        value={days(figures.leadDaysMedian)}
        {...(figures.taktDays !== undefined && { note: words.takt(figures.taktDays) })}
      />
      <Figure
        aged={aged}
        label={words.efficiency}
        value={
          figures.flowEfficiency === undefined ? undefined : formatShare(figures.flowEfficiency)
        }
        {...(figures.topWait && {
          note: words.topWait(figures.topWait.cause, figures.topWait.share),
        })}
      />
      <Figure
        aged={aged}
        label={words.firstPass}
        value={
          figures.firstPassYield === undefined ? undefined : formatShare(figures.firstPassYield)
        }
      />
    </div>
  )
}
