import { useEffect, useState, type DragEvent, type ReactNode } from 'react'
import { setQuery, takeHandedFile, useAddress, useHandedFile } from '../../client'
import { Failed, Uploading } from '../../design'
import { AskToOpen } from './AskToOpen'
import { useOpenBundle } from './BundleDialogs'
import { words } from './words'

/** A bundle dropped anywhere or opened on the desktop is opened; one that the address names is asked about, for anybody can write an address. */
export function DropBundle({ children }: { children: ReactNode }) {
  const [over, setOver] = useState(false)
  const open = useOpenBundle()
  const path = useAddress().query.get('open')
  const [named, setNamed] = useState<string>()
  useEffect(() => {
    if (path === null) return
    // Gone from the address before it is asked about, so that neither a reload nor a way back asks again.
    setQuery({ open: undefined })
    setNamed(path)
    // Once for each file that is named, whatever becomes of it.
  }, [path])
  const handed = useHandedFile()
  useEffect(() => {
    const file = takeHandedFile()
    if (file) void open.act(file)
    // Once for each file that is handed over.
  }, [handed])
  const hasFile = (event: DragEvent) => event.dataTransfer.types.includes('Files')
  const drop = (event: DragEvent) => {
    if (!hasFile(event)) return
    event.preventDefault()
    setOver(false)
    const file = event.dataTransfer.files[0]
    if (file) void open.act({ file })
  }
  return (
    <div
      className="drift-drop"
      onDragOver={(event) => {
        if (hasFile(event)) {
          event.preventDefault()
          setOver(true)
        }
      }}
      onDragLeave={({ currentTarget, relatedTarget }) => {
        if (!(relatedTarget instanceof Node) || !currentTarget.contains(relatedTarget))
          setOver(false)
      }}
      onDrop={drop}
    >
      {children}
      <AskToOpen
        path={named}
        onOpen={(wanted) => {
          setNamed(undefined)
          void open.act({ path: wanted })
        }}
        onClose={() => setNamed(undefined)}
      />
      {over && (
        <div className="drift-dropping" aria-hidden="true">
          {words.dropHere}
        </div>
      )}
      {open.upload.progress && (
        <div className="drift-trouble panel">
          <Uploading {...open.upload.progress} onCancel={open.upload.cancel} />
        </div>
      )}
      {open.trouble && (
        <div className="drift-trouble panel">
          <Failed
            says={open.trouble.says}
            remedy={open.trouble.remedy}
            code={open.trouble.code}
            onRetry={open.clear}
            retrySays={words.close}
          />
        </div>
      )}
    </div>
  )
}
