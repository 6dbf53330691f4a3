import { Suspense, useEffect, useState, type DragEvent } from 'react'
import { useFlowStore, watchMap } from '../capabilities/flow/store'
import { OperationsDrawer, watchOperations } from '../capabilities/operations'
import { Elsewhere, watchSessions } from '../capabilities/sessions'
import { watchSettings } from '../capabilities/settings/store'
import { FirstRun } from '../capabilities/sites'
import { reportPresence } from '../capabilities/sites/presence'
import { useHome, useSitesKnown, watchSites } from '../capabilities/sites/store'
import {
  CoreProvider,
  handFile,
  navigate,
  useAddress,
  useRestarts,
  watchRecords,
  type TabSession,
} from '../client'
import { Loading, PageHead, Patterns } from '../design'
import { core } from './connection'
import { ConnectionLost } from './ConnectionLost'
import { ErrorBoundary } from './ErrorBoundary'
import { watchHeartbeat } from './heartbeat'
import { KeyList, useFrameKeys } from './Keyboard'
import { Announcements } from './Announcements'
import { Palette } from './Palette'
import { Rail } from './Rail'
import { routeOf } from './routes'
import { SignedOut } from './SignedOut'
import { StoreDamaged, StoreReadOnly, useStoreHealth } from './StoreTrouble'
import { TitleBar } from './TitleBar'
import { Nowhere } from './Nowhere'
import { words } from './words'

/** Follows everything that more than one screen shows, for as long as the page is open. */
function useWatches(session: TabSession | undefined) {
  const homeId = useHome()?.id
  const restarts = useRestarts()
  useEffect(() => {
    const stop = new AbortController()
    void watchSites(core, stop.signal)
    reportPresence(core, stop.signal)
    void watchSettings(core, stop.signal)
    void watchOperations(core, stop.signal)
    void watchHeartbeat(core, stop.signal)
    if (session) void watchSessions(core, stop.signal)
    return () => stop.abort()
  }, [session])
  // Records and the map come from the home site (or, before it is known, from the store): another home is another story.
  useEffect(() => {
    const stop = new AbortController()
    useFlowStore.setState({ map: { at: 'idle' } })
    void watchRecords(core, stop.signal)
    void watchMap(core, stop.signal)
    return () => stop.abort()
  }, [homeId, restarts])
}

/** The whole page; `session` is this tab's with the web host, and nothing in the desktop's window. */
export const App = ({ session }: { session: TabSession | undefined }) => (
  <CoreProvider value={core}>
    <Frame session={session} />
  </CoreProvider>
)

function Frame({ session }: { session: TabSession | undefined }) {
  useWatches(session)
  const [palette, setPalette] = useState<string>()
  const [keyList, setKeyList] = useState(false)
  useFrameKeys({ openPalette: setPalette, openKeyList: () => setKeyList(true) })
  const { path } = useAddress()
  const route = routeOf(path)
  const known = useSitesKnown()
  const home = useHome()
  const firstRun = known && !home && route?.needsHome === true
  const title = firstRun ? 'First run' : (route?.title ?? 'Takt')
  useArrival(path.join('/'))
  const store = useStoreHealth()
  return (
    <div className="frame" onDragOver={allowFile} onDrop={dropFile}>
      <Patterns />
      <a
        className="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault()
          document.getElementById('main')?.focus()
        }}
      >
        {words.skip}
      </a>
      <TitleBar onSearch={() => setPalette('')} />
      <Rail current={route?.id} />
      <main id="main" tabIndex={-1} data-region aria-label={title}>
        <Standing session={session} />
        <StoreReadOnly health={store} />
        <ErrorBoundary screen={title}>
          <Suspense
            fallback={
              <div className="screen">
                <PageHead title={title} />
                <div className="screen-body">
                  <Loading />
                </div>
              </div>
            }
          >
            {store?.state === 'damaged' ? (
              <StoreDamaged health={store} />
            ) : (
              <Shown path={path} firstRun={firstRun} />
            )}
          </Suspense>
        </ErrorBoundary>
      </main>
      <OperationsDrawer />
      <Palette
        query={palette}
        onClose={() => setPalette(undefined)}
        onKeyList={() => setKeyList(true)}
      />
      <KeyList opened={keyList} onClose={() => setKeyList(false)} />
      <Announcements />
    </div>
  )
}
/** The screen of an address, or what stands in its place. */
function Shown({ path, firstRun }: { path: string[]; firstRun: boolean }) {
  const Screen = routeOf(path)?.screen
  if (firstRun) return <FirstRun />
  return Screen ? <Screen path={path.slice(1)} /> : <Nowhere />
}
/** What a person has to know of the way between this page and the core. */
const Standing = ({ session }: { session: TabSession | undefined }) => (
  <>
    {session && <SignedOut session={session} />}
    {session && <Elsewhere />}
    <ConnectionLost />
  </>
)
const allowFile = (event: DragEvent) => {
  if (event.dataTransfer.types.includes('Files')) event.preventDefault()
}
/** A bundle of drift opens wherever it is dropped; any other file is left alone instead of taking the place of the page. */
function dropFile(event: DragEvent) {
  const [file] = event.dataTransfer.files
  if (event.defaultPrevented || !file) return
  event.preventDefault()
  if (!/\.takt$/i.test(file.name)) return
  handFile({ name: file.name, file })
  navigate('#/drift')
}
/** Puts the focus on the new screen's heading, as a page load would; the very first screen keeps the focus where the browser put it. */
function useArrival(path: string) {
  const [first] = useState(path)
  useEffect(() => {
    if (path === first) return
    const from = document.activeElement
    const timer = setTimeout(() => {
      const now = document.activeElement
      // Whoever has gone on meanwhile, into a dialog or a field, keeps the keyboard.
      const isLost = !now || now === document.body
      if (isLost || (now === from && !document.querySelector('main')?.contains(now)))
        document.querySelector<HTMLElement>('[data-page-title]')?.focus()
    }, 50)
    return () => clearTimeout(timer)
  }, [path, first])
}
