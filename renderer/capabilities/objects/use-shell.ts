import '@xterm/xterm/css/xterm.css'
import { useEffect, useRef, useState } from 'react'
import type { Client } from '../../client'
import { toTrouble, useCore } from '../../client'

interface To {
  site: string
  namespace: string
  name: string
  container: string | undefined
}
export type ShellStanding = { at: 'opening' } | { at: 'open' } | { at: 'ended'; says: string }

/** The terminal makes style elements by itself; the page's policy wants its nonce on each. */
function withNonce() {
  const nonce = document.querySelector<HTMLMetaElement>('meta[name=csp-nonce]')?.content ?? ''
  const make = document.createElement.bind(document)
  const patched = ((tag: string, options?: ElementCreationOptions) => {
    const element = make(tag, options)
    if (tag === 'style') element.nonce = nonce
    return element
  }) as typeof document.createElement
  document.createElement = patched
  return () => {
    if (document.createElement === patched)
      document.createElement = make as typeof document.createElement
  }
}
const colour = (name: string) =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim()
const theme = () => ({
  background: colour('--bg'),
  foreground: colour('--ink'),
  cursor: colour('--accent'),
  cursorAccent: colour('--bg'),
  selectionBackground: colour('--sel'),
  black: colour('--ink'),
  red: colour('--red'),
  green: colour('--green'),
  yellow: colour('--yellow'),
  blue: colour('--accent'),
  magenta: colour('--s5'),
  cyan: colour('--onprem'),
  white: colour('--ink2'),
})

async function openShell(
  {
    client,
    to,
    frame,
    tell,
  }: { client: Client; to: To; frame: HTMLElement; tell: (standing: ShellStanding) => void },
  signal: AbortSignal,
): Promise<void> {
  // Loaded only when somebody opens one: it is as large as the rest of this screen.
  const [{ Terminal }, { FitAddon }] = await Promise.all([
    import('@xterm/xterm'),
    import('@xterm/addon-fit'),
  ])
  if (signal.aborted) return
  const restore = withNonce()
  const terminal = new Terminal({
    fontFamily: colour('--mono'),
    fontSize: 12,
    cursorBlink: false,
    scrollback: 5000,
    screenReaderMode: true,
    theme: theme(),
  })
  const fit = new FitAddon()
  terminal.loadAddon(fit)
  // F6 belongs to the page: without it there would be no way out of a terminal by keyboard.
  terminal.attachCustomKeyEventHandler(({ key }) => key !== 'F6')
  terminal.open(frame)
  fit.fit()
  terminal.focus()
  const resized = new ResizeObserver(() => fit.fit())
  resized.observe(frame)
  signal.addEventListener(
    'abort',
    () => {
      resized.disconnect()
      terminal.dispose()
      restore()
    },
    { once: true },
  )
  // Not resumed: a broken shell is not the same one when it is opened again.
  const items = await client.objects.terminal(
    {
      site: to.site,
      namespace: to.namespace,
      name: to.name,
      ...(to.container !== undefined && { container: to.container }),
      command: [],
      columns: terminal.cols,
      rows: terminal.rows,
    },
    { signal },
  )
  let write: (text: string, bytes: number) => void = () => undefined
  for await (const item of items) {
    if (item.type === 'open') {
      const { session } = item
      const lost = () => undefined // the end of the stream says why
      terminal.onData((text) => {
        client.objects.typeInto({ session, text }).catch(lost)
      })
      terminal.onResize(({ cols, rows }) => {
        client.objects.resize({ session, columns: cols, rows }).catch(lost)
      })
      write = (text, bytes) =>
        terminal.write(text, () => {
          client.objects.shown({ session, bytes }).catch(lost)
        })
      tell({ at: 'open' })
    } else if (item.type === 'output') write(item.text, item.bytes)
    else tell({ at: 'ended', says: item.says })
  }
}
/** Opens a shell in a container for as long as the frame is on screen. */
export function useShell(to: To) {
  const { client } = useCore()
  const frame = useRef<HTMLDivElement>(null)
  const [standing, setStanding] = useState<ShellStanding>({ at: 'opening' })
  const { site, namespace, name, container } = to
  useEffect(() => {
    const stop = new AbortController()
    const box = frame.current
    if (box)
      openShell(
        { client, to: { site, namespace, name, container }, frame: box, tell: setStanding },
        stop.signal,
      ).catch((error: unknown) => {
        if (!stop.signal.aborted) {
          const { says, remedy } = toTrouble(error)
          setStanding({ at: 'ended', says: `${says} ${remedy}` })
        }
      })
    return () => stop.abort()
  }, [client, site, namespace, name, container])
  return { frame, standing }
}
