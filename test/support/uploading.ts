import type { CoreClient } from '../../main/compose'
import { uploadFile, type Client } from '../../renderer/client'

/** Brings a file to the core as the page does. */
export const upload = (takt: CoreClient, name: string, content: string | Uint8Array) =>
  uploadFile(takt as Client, new Blob([content as BlobPart]), {
    name,
    signal: new AbortController().signal,
    onProgress: () => undefined,
  })
