import { useEffect, useRef, useState } from 'react'
import type { FleetRow } from '../../../preload/contract/drift-review'
import { toTrouble, useCore, type Trouble } from '../../client'
import { Button } from '../../design'
import { words } from './words'

/** Counts and scores what is new of a model, with progress; pressed again it stops. */
export function RunButton({ row }: { row: FleetRow }) {
  const { client } = useCore()
  const [progress, setProgress] = useState<string>()
  const [trouble, setTrouble] = useState<Trouble>()
  const running = useRef<AbortController>(undefined)
  useEffect(() => () => running.current?.abort(), [])
  const run = async () => {
    const stop = new AbortController()
    running.current = stop
    setTrouble(undefined)
    setProgress(words.scoring)
    try {
      for await (const said of await client.drift.run({ id: row.id }, { signal: stop.signal }))
        if (said.kind === 'progress') setProgress(words.running(said.done, said.total))
    } catch (error) {
      if (!stop.signal.aborted) setTrouble(toTrouble(error))
    } finally {
      setProgress(undefined)
    }
  }
  return (
    <>
      {trouble && (
        <span className="small danger ellipsis" role="alert" title={trouble.remedy}>
          {trouble.says}
        </span>
      )}
      {progress !== undefined && (
        <span className="small soft nowrap" role="status">
          {progress}
        </span>
      )}
      <Button
        small
        look="quiet"
        onClick={() => {
          if (progress === undefined) void run()
          else running.current?.abort()
        }}
      >
        {progress === undefined ? words.scoreNow : words.stop}
      </Button>
    </>
  )
}
