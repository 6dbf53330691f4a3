import { useEffect, useRef, useState } from 'react'
import { useFlowStore } from '../capabilities/flow/store'
import { lastKnown } from '../client'
import { words } from './words'

/** Speaks a lamp once, when one is newly lit. */
export function Announcements() {
  const lamps = useFlowStore(({ map }) => lastKnown(map)?.value.lamps)
  const before = useRef<{ stopped: number; called: number }>(undefined)
  const [says, setSays] = useState('')
  const stopped = lamps?.stopped,
    called = lamps?.called
  useEffect(() => {
    if (stopped === undefined || called === undefined) return
    const last = before.current
    before.current = { stopped, called }
    if (last && (stopped > last.stopped || called > last.called))
      setSays(words.lampChanged(stopped, called))
  }, [stopped, called])
  return (
    <div className="visually-hidden" role="alert" aria-live="assertive">
      {says}
    </div>
  )
}
