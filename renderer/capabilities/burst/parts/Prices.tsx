import { useState } from 'react'
import type { CloudPrice } from '../../../../preload/contract/cloud'
import { lastKnown, recordedTrouble, useAsk } from '../../../client'
import {
  Button,
  Dialog,
  Empty,
  Failed,
  formatMoment,
  formatUsd,
  Loading,
  Table,
  Tag,
  type Column,
} from '../../../design'
import { words } from '../words'

const COLUMNS: Column<CloudPrice>[] = [
  {
    id: 'type',
    says: words.priceHead.type,
    value: ({ instanceType }) => instanceType,
    cell: ({ instanceType }) => instanceType,
  },
  {
    id: 'where',
    says: words.priceHead.where,
    value: ({ zone, region }) => zone ?? region,
    cell: ({ zone, region }) => zone ?? region,
  },
  {
    id: 'kind',
    says: words.priceHead.kind,
    value: ({ capacityType }) => capacityType,
    cell: ({ capacityType }) => words.capacity[capacityType],
  },
  {
    id: 'usd',
    says: words.priceHead.usd,
    right: true,
    value: ({ usd }) => usd,
    cell: ({ usd }) => formatUsd(usd),
  },
  {
    id: 'asOf',
    says: words.priceHead.asOf,
    value: ({ asOf }) => asOf,
    cell: ({ asOf, stale }) => (
      <span className="row">
        {formatMoment(asOf)}
        {stale && <Tag tone="warning">{words.old}</Tag>}
      </span>
    ),
  },
  {
    id: 'source',
    says: words.priceHead.source,
    value: ({ source }) => source,
    cell: ({ source, sourceSays }) => <span title={sourceSays}>{words.priceSource[source]}</span>,
  },
]
const idOf = ({ instanceType, region, zone, capacityType, source }: CloudPrice) =>
  [instanceType, region, zone, capacityType, source].join('/')

/** What machines cost, with the source and age of each price, and a way to ask again. */
export function Prices({ onClose }: { onClose: () => void }) {
  const [asked, setAsked] = useState(0)
  const { remote, again } = useAsk(
    (client, options) => client.cloud.prices({ refresh: asked > 0 }, options),
    [asked],
  )
  const found = lastKnown(remote)?.value
  return (
    <Dialog
      title={
        <span className="row">
          {words.pricesTitle}
          {found && (
            <span className="means">
              {words.pricesMeans(Math.round(found.staleAfterSeconds / 3600))}
            </span>
          )}
        </span>
      }
      opened
      onClose={onClose}
      size={820}
    >
      <div className="row" style={{ padding: '0 0 8px' }}>
        <span className="spring" />
        <Button
          small
          busy={remote.at === 'loading' && asked > 0}
          onClick={() => setAsked((times) => times + 1)}
        >
          {words.askAws}
        </Button>
      </div>
      {found?.unread.map(({ site, failure }) => (
        <p key={site} className="control-text soft">
          {words.unread(site, recordedTrouble(failure)?.says ?? failure.code)}
        </p>
      ))}
      {found ? (
        found.prices.length === 0 ? (
          <Empty says={words.noPrices} />
        ) : (
          <div className="prices">
            <Table
              label={words.pricesLabel}
              rows={found.prices}
              columns={COLUMNS}
              idOf={idOf}
              sortBy={{ id: 'type', desc: false }}
            />
          </div>
        )
      ) : remote.at === 'failed' ? (
        <Failed
          says={remote.trouble.says}
          remedy={remote.trouble.remedy}
          code={remote.trouble.code}
          onRetry={again}
        />
      ) : (
        <Loading says={words.loadingPrices} rows={6} />
      )}
    </Dialog>
  )
}
