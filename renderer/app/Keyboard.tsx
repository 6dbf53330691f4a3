import { useRef } from 'react'
import { closeDrawer, openDrawer, useOperations } from '../capabilities/operations'
import { navigate } from '../client'
import { Dialog, inDialog, inField, Kbd, keySettings, useKeys } from '../design'
import { ROUTES } from './routes'
import { KEYS, words } from './words'

const SEQUENCE_MS = 1500
const GO: Record<string, string> = Object.fromEntries([
  ...ROUTES.flatMap(({ id, key }) => (key ? [[key, id]] : [])),
])

interface FrameKeys {
  openPalette: (query: string) => void
  openKeyList: () => void
}
/** The keys that work on every screen. */
export function useFrameKeys({ openPalette, openKeyList }: FrameKeys) {
  const goUntil = useRef(0)
  const letters = Object.fromEntries(
    Object.keys(GO).map((letter) => [
      letter,
      (event: KeyboardEvent) => {
        const id = GO[letter]
        if (Date.now() > goUntil.current || !id) return
        goUntil.current = 0
        event.preventDefault()
        navigate(`#/${id}`)
      },
    ]),
  )
  useKeys({
    ...letters,
    g: () => {
      goUntil.current = Date.now() + SEQUENCE_MS
    },
    n: (event) => {
      event.preventDefault()
      navigate('#/discover/new')
    },
    '?': (event) => {
      event.preventDefault()
      openKeyList()
    },
    '/': (event) => {
      event.preventDefault()
      const filter = document.querySelector<HTMLElement>('main [data-filter]')
      if (filter) filter.focus()
      else openPalette('')
    },
    'ctrl+k': (event) => {
      event.preventDefault()
      openPalette('')
    },
    'ctrl+j': (event) => {
      event.preventDefault()
      toggleDrawer()
    },
    escape: (event) => {
      if (!inDialog() && !inField(event.target) && useOperations.getState().drawer === 'open')
        closeDrawer()
    },
    f6: (event) => {
      event.preventDefault()
      nextRegion()
    },
  })
}
export const toggleDrawer = () =>
  useOperations.getState().drawer === 'open' ? closeDrawer() : openDrawer()
function nextRegion() {
  const regions = [...document.querySelectorAll<HTMLElement>('[data-region]')]
  const at = regions.findIndex((region) => region.contains(document.activeElement))
  regions[(at + 1) % regions.length]?.focus()
}

export function KeyList({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  if (!opened) return null
  return (
    <Dialog opened onClose={onClose} title={words.keyboard}>
      <dl className="facts" style={{ gridTemplateColumns: 'auto 1fr', rowGap: 6 }}>
        {KEYS.map(([keys, does]) => (
          <KeyRow key={keys} keys={keys} does={does} />
        ))}
      </dl>
      {!keySettings.singleKeys && (
        <p className="small meta">Single letters are switched off in Settings.</p>
      )}
    </Dialog>
  )
}
const KeyRow = ({ keys, does }: { keys: string; does: string }) => (
  <>
    <dt>
      <Kbd>{keys}</Kbd>
    </dt>
    <dd style={{ textAlign: 'left' }}>{does}</dd>
  </>
)
