import { resuming, type Core } from '../client'

/** Writes on the document which core process beats behind the page, for diagnosis and tests. */
export async function watchHeartbeat({ client }: Core, signal: AbortSignal): Promise<void> {
  try {
    for await (const { pid } of await client.system.heartbeat(undefined, {
      signal,
      context: resuming,
    })) {
      const text = String(pid)
      if (document.documentElement.dataset['corePid'] !== text)
        document.documentElement.dataset['corePid'] = text
    }
  } catch {
    delete document.documentElement.dataset['corePid']
  }
}
