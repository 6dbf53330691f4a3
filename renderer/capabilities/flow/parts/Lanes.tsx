import { useState } from 'react'
import type { MapView } from '../../../../preload/contract/flow'
import { hrefOf } from '../../../client'
import {
  Button,
  CopyButton,
  formatShortDuration,
  Panel,
  PlaceGlyph,
  toCsv,
  useKeys,
} from '../../../design'
import { laneRows } from '../view-model'
import { words } from '../words'
import { NodeColumns } from './NodeColumns'

/** What runs where: one column per GPU, and what waits. */
export function Lanes({
  map,
  age,
  site,
}: {
  map: MapView
  age: string | undefined
  site: string | undefined
}) {
  const [twin, setTwin] = useState(false)
  useKeys({ t: () => setTwin((shown) => !shown) })
  const lanes = map.lanes.filter((lane) => site === undefined || lane.site === site)
  const measured = lanes.some(({ useKnown }) => useKnown)
  const rows = laneRows({ ...map, lanes })
  return (
    <Panel
      title={words.whereItRuns}
      means={measured ? words.whereMeans : words.whereAllocation}
      asOf={age}
      flush
      className={age ? 'aged' : ''}
      actions={
        <>
          {!twin && <PlaceLegend />}
          {twin && <CopyButton small says="Copy CSV" text={() => toCsv(words.laneHead, rows)} />}
          <Button look="quiet" small aria-pressed={twin} onClick={() => setTwin(!twin)}>
            {twin ? 'Chart' : 'Table'}
          </Button>
        </>
      }
    >
      {twin ? (
        <Twin rows={rows} />
      ) : (
        <div className="scroll grow lanes" tabIndex={0} role="region" aria-label={words.columns}>
          {lanes.length === 0 && (
            <p className="control-text soft" style={{ padding: '0 12px' }}>
              {words.noLanes}
            </p>
          )}
          {lanes.map((lane) => (
            <div className="lane" key={lane.site}>
              <div className="lane-name">
                <span className="row" style={{ gap: 6 }}>
                  <PlaceGlyph place={lane.place} />
                  <b className="ellipsis">{lane.site}</b>
                </span>
                {lane.lines.map((says) => (
                  <span key={says} className="small soft">
                    {says}
                  </span>
                ))}
                {!lane.useKnown && <span className="small meta">{words.useUnknown}</span>}
              </div>
              <div className="lane-nodes">
                {lane.nodes.map((node) => (
                  <NodeColumns
                    key={node.name}
                    node={node}
                    place={lane.place}
                    useKnown={lane.useKnown}
                  />
                ))}
              </div>
            </div>
          ))}
          <Waiting map={map} site={site} />
        </div>
      )}
    </Panel>
  )
}
/** Which hue and glyph says where something runs. */
const PlaceLegend = () => (
  <span className="small soft row lane-legend nowrap" style={{ gap: 5 }} aria-hidden="true">
    <PlaceGlyph place="on-prem" silent />
    {words.onPrem}
    <PlaceGlyph place="cloud" silent />
    {words.cloud} {words.signs}
  </span>
)
function Waiting({ map, site }: { map: MapView; site: string | undefined }) {
  const jobs = map.waiting.filter((job) => site === undefined || job.site === site)
  return (
    <div className="lane">
      <div className="lane-name">
        <b>{words.waitingJobs}</b>
        <span className="small soft">
          {words.waitingCount(map.waiting.length, map.waitingGpus)}
        </span>
      </div>
      {jobs.length === 0 ? (
        <p className="control-text soft">{words.noneWaits}</p>
      ) : (
        <table className="table waiting">
          <tbody>
            {jobs.slice(0, 20).map((job) => (
              <tr key={`${job.site}/${job.namespace}/${job.name}`}>
                <td>
                  <b>{job.name}</b> <span className="meta">{job.namespace}</span>
                </td>
                <td>{job.gpus}</td>
                <td>{words.waits(formatShortDuration(job.waitsSeconds))}</td>
                <td className="soft">{job.says}</td>
                <td className="right">
                  <a
                    href={hrefOf(['burst', 'find', job.site, job.namespace, job.name])}
                    aria-label={words.moveJob(job.name)}
                  >
                    {words.move}
                  </a>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  )
}
const Twin = ({ rows }: { rows: readonly (readonly (string | number | undefined)[])[] }) => (
  <div className="table-frame" tabIndex={0} role="region" aria-label={words.laneTable}>
    <table className="table">
      <thead>
        <tr>
          {words.laneHead.map((head) => (
            <th key={head} scope="col">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, index) => (
          <tr key={index}>
            {row.map((value, column) => (
              <td key={column}>{value ?? words.notMeasured}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)
