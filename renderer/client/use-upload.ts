import { useCallback, useEffect, useRef, useState } from 'react'
import { useCore } from './core'
import { uploadFile } from './upload'

/** How far a file is on its way to the core, in bytes. */
export interface UploadProgress {
  name: string
  done: number
  total: number
}
/** Brings one file at a time to the core: how far it is, and a way to stop it. A second one takes the place of the first; a screen that closes ends its own. */
export function useUpload(): {
  progress: UploadProgress | undefined
  /** The reference of what arrived; undefined where it was cancelled. */
  send(file: Blob, name: string): Promise<{ upload: string } | undefined>
  cancel(): void
} {
  const { client } = useCore()
  const [progress, setProgress] = useState<UploadProgress>()
  const current = useRef<AbortController>(undefined)
  const cancel = useCallback(() => current.current?.abort(), [])
  useEffect(() => cancel, [cancel])
  const send = useCallback(
    async (file: Blob, name: string) => {
      current.current?.abort()
      const own = (current.current = new AbortController())
      const { signal } = own
      const show = (shown: UploadProgress | undefined) => {
        if (current.current === own) setProgress(shown)
      }
      try {
        show({ name, done: 0, total: file.size })
        return await uploadFile(client, file, {
          name: name.slice(0, LONGEST_NAME),
          signal,
          onProgress: (done, total) => show({ name, done, total }),
        })
      } catch (error) {
        if (signal.aborted) return undefined
        throw error
      } finally {
        show(undefined)
      }
    },
    [client],
  )
  return { progress, send, cancel }
}
const LONGEST_NAME = 255
