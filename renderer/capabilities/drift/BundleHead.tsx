import { useState } from 'react'
import type { BundleSummary, FleetRow } from '../../../preload/contract/drift-review'
import { setQuery, useAction, useAddress } from '../../client'
import { Button, formatBytes, formatMoment, Tag } from '../../design'
import { OpenBundle, SaveBundle } from './BundleDialogs'
import { words } from './words'

const TONE = { valid: 'good', 'unknown-signer': 'warning', none: 'normal' } as const
/** What an opened bundle is and whether it is true; without one, the ways to open and to save one. */
export function BundleHead({
  bundle,
  rows,
}: {
  bundle: BundleSummary | undefined
  rows: FleetRow[]
}) {
  const [dialog, setDialog] = useState<'open' | 'save'>()
  // The first screen of all points here, where no site is needed.
  const asked = useAddress().query.get('dialog') === 'open'
  const shut = () => {
    setDialog(undefined)
    if (asked) setQuery({ dialog: undefined })
  }
  const close = useAction(async (client, id: string) => {
    await client.drift.closeBundle({ id })
    return true
  })
  const leave = async (id: string) => {
    await close.act(id)
    setQuery({
      bundle: undefined,
      model: undefined,
      w: undefined,
      since: undefined,
      column: undefined,
    })
  }
  return (
    <>
      {bundle && (
        <>
          <Tag tone={TONE[bundle.signature]}>{words.signature[bundle.signature]}</Tag>
          {bundle.simulated && <Tag tone="dashed">{words.simulated}</Tag>}
          <span className="control-text soft ellipsis">
            <b>{bundle.name}</b>,{' '}
            {words.bundleSays(
              formatBytes(bundle.bytes),
              bundle.models,
              `${formatMoment(bundle.savedAt)}${words.signedBy(bundle.signer)}`,
            )}
            ;{' '}
            {bundle.differing > 0 ? (
              <b className="danger">{words.differing(bundle.differing)}</b>
            ) : (
              words.recomputed(bundle.recomputed, bundle.seconds.toFixed(1))
            )}
          </span>
          <Button
            small
            onClick={() => {
              void leave(bundle.id)
            }}
          >
            {words.close}
          </Button>
        </>
      )}
      {!bundle && (
        <>
          <Button small look="quiet" onClick={() => setDialog('open')}>
            {words.openBundle}
          </Button>
          {rows.length > 0 && (
            <Button small look="quiet" onClick={() => setDialog('save')}>
              {words.saveBundle}
            </Button>
          )}
        </>
      )}
      <OpenBundle opened={asked || dialog === 'open'} onClose={shut} />
      {dialog === 'save' && <SaveBundle rows={rows} onClose={() => setDialog(undefined)} />}
    </>
  )
}
