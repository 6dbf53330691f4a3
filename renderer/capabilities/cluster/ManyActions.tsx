import { useEffect, useId, useRef } from 'react'
import { MOST_AT_ONCE, type ManyAction, type Offer } from '../../../preload/contract/objects'
import { lastKnown, useAsk } from '../../client'
import { Button, Inspector } from '../../design'
import { openDrawer, PlanPanel } from '../operations'
import type { Selected, Selection } from './use-selection'
import { placesOf, refOfRow, whyNoneOfThem, whyNotMany } from './view-model'
import { words } from './words'

/** What is to be done to what was selected when it was pressed. */
export interface Acting {
  what: ManyAction
  rows: readonly Selected[]
  done: () => void
}
export type OnAct = (acting: Acting | undefined) => void

/** What may be done to all that is selected at once: by what it is and what the person may, each with the reason where it may not. */
export function ManyActions({
  site,
  selection,
  onAct,
}: {
  site: string
  selection: Selection
  onAct: OnAct
}) {
  const reasonId = useId()
  const rows = [...selection.rows.values()]
  const places = placesOf(rows).slice(0, MOST_AT_ONCE)
  const { remote } = useAsk<Offer[]>(
    (client, options) =>
      places.length === 0
        ? Promise.resolve([])
        : client.objects.manyOffers({ site, of: places }, options),
    [site, JSON.stringify(places)],
  )
  // A plan is for what was selected when it was asked for: another selection closes it.
  useEffect(() => () => onAct(undefined), [selection.keys, onAct])
  const offers = lastKnown(remote)?.value ?? []
  const reason = whyNoneOfThem(rows.length, remote.at === 'failed' ? remote.trouble : undefined)
  const act = (what: ManyAction) => onAct({ what, rows, done: selection.clear })
  return (
    <span className="many-actions" role="group" aria-label={words.withSelected}>
      {offers.map((offer) => {
        const what = offer.action as ManyAction
        const look = what === 'delete' ? ('danger' as const) : ('normal' as const)
        // One reason that holds for all of them is said once.
        return reason === undefined ? (
          <Button
            key={what}
            look={look}
            disabledBecause={whyNotMany(offer)}
            onClick={() => act(what)}
          >
            {words.many[what]}
          </Button>
        ) : (
          <Button key={what} look={look} aria-disabled aria-describedby={reasonId}>
            {words.many[what]}
          </Button>
        )
      })}
      {reason !== undefined && (
        <span className="reason" id={reasonId}>
          {reason}
        </span>
      )}
    </span>
  )
}

/** The plan for what is selected, at the right of the list. */
export function ManyInspector({
  site,
  acting,
  onClose,
}: {
  site: string
  acting: Acting
  onClose: () => void
}) {
  const { what, rows, done } = acting
  const body = useRef<HTMLDivElement>(null)
  useEffect(() => body.current?.focus(), [acting])
  return (
    <Inspector
      title={words.manyTitle(what, rows.length)}
      says={words.manyMeans[what]}
      onClose={onClose}
    >
      <div className="stack many-plan" ref={body} tabIndex={-1}>
        <ManyPlan
          key={what}
          site={site}
          acting={acting}
          onStarted={(operationId) => {
            openDrawer(operationId)
            onClose()
            done()
          }}
        />
      </div>
    </Inspector>
  )
}
function ManyPlan({
  site,
  acting,
  onStarted,
}: {
  site: string
  acting: Acting
  onStarted: (operationId: string) => void
}) {
  const { remote, again } = useAsk(
    (client, options) =>
      client.objects.planMany(
        { site, what: acting.what, refs: acting.rows.map(refOfRow) },
        options,
      ),
    [site, acting],
  )
  return <PlanPanel remote={remote} again={again} onStarted={onStarted} />
}
