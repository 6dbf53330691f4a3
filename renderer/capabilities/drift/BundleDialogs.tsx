import { useState } from 'react'
import type { FleetRow } from '../../../preload/contract/drift-review'
import { setQuery, useAction, type Client } from '../../client'
import { Button, Dialog, Failed, formatBytes } from '../../design'
import { words } from './words'

/** Opens a bundle and shows its fleet. */
export async function showBundle(
  client: Client,
  from: { path: string } | { name: string; file: File },
): Promise<boolean> {
  const { id } = await client.drift.openBundle(from)
  setQuery({
    bundle: id,
    model: undefined,
    w: undefined,
    since: undefined,
    column: undefined,
    form: undefined,
    dialog: undefined,
  })
  return true
}
export function OpenBundle({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const [path, setPath] = useState('')
  const open = useAction(showBundle)
  const go = async (from: Parameters<typeof showBundle>[1]) => {
    if (await open.act(from)) onClose()
  }
  return (
    <Dialog title={words.openBundle.replace('…', '')} opened={opened} onClose={onClose}>
      <form
        className="stack control-text"
        onSubmit={(event) => {
          event.preventDefault()
          if (path !== '') void go({ path })
        }}
      >
        <label className="stack tight">
          {words.fileLabel}
          <input
            type="file"
            accept=".takt"
            onChange={({ target }) => {
              const file = target.files?.[0]
              if (file) void go({ name: file.name, file })
            }}
          />
        </label>
        <label className="stack tight">
          {words.pathLabel}
          <span className="row">
            <input
              className="field-box mono grow"
              value={path}
              onChange={({ target }) => setPath(target.value)}
            />
            <Button
              look="primary"
              busy={open.busy}
              onClick={() => {
                if (path !== '') void go({ path })
              }}
            >
              {words.openBundle.replace('…', '')}
            </Button>
          </span>
        </label>
        {open.trouble && (
          <Failed says={open.trouble.says} remedy={open.trouble.remedy} code={open.trouble.code} />
        )}
      </form>
    </Dialog>
  )
}
export function SaveBundle({ rows, onClose }: { rows: FleetRow[]; onClose: () => void }) {
  const scored = rows.filter(({ cells }) => cells.length > 0)
  const [ids, setIds] = useState(() => scored.map(({ id }) => id))
  const [name, setName] = useState('review.takt')
  const [path, setPath] = useState('')
  const [said, setSaid] = useState<string>()
  const save = useAction((client) =>
    client.drift.saveBundle({ ids, name, ...(path !== '' && { path }) }),
  )
  const go = async () => {
    const done = await save.act()
    if (!done) return
    if (done.file) download(done.file, name)
    setSaid(words.savedBundle(formatBytes(done.bytes), done.signed))
  }
  const toggle = (id: string, on: boolean) =>
    setIds(on ? [...ids, id] : ids.filter((one) => one !== id))
  return (
    <Dialog title={words.saveBundle.replace('…', '')} opened onClose={onClose} size="lg">
      <div className="stack control-text">
        <p className="soft">{words.saveHelp}</p>
        <label className="stack tight">
          {words.bundleName}
          <input
            className="field-box"
            value={name}
            onChange={({ target }) => setName(target.value)}
          />
        </label>
        <fieldset className="drift-picks">
          <legend>
            {words.saveFor} <span className="meta">{words.count(ids.length, scored.length)}</span>
          </legend>
          {scored.map(({ id, model }) => (
            <label key={id} className="check">
              <input
                type="checkbox"
                checked={ids.includes(id)}
                onChange={({ target }) => toggle(id, target.checked)}
              />{' '}
              {model}
            </label>
          ))}
        </fieldset>
        <label className="stack tight">
          {words.pathSave}
          <input
            className="field-box mono"
            value={path}
            onChange={({ target }) => setPath(target.value)}
          />
        </label>
        <div className="row">
          <Button
            look="primary"
            busy={save.busy}
            disabledBecause={ids.length === 0 ? words.needsOne : undefined}
            onClick={() => {
              void go()
            }}
          >
            {words.saveBundle.replace('…', '')}
          </Button>
          <span role="status">{said}</span>
        </div>
        {save.trouble && (
          <Failed says={save.trouble.says} remedy={save.trouble.remedy} code={save.trouble.code} />
        )}
      </div>
    </Dialog>
  )
}
function download(file: Blob, name: string) {
  const url = URL.createObjectURL(file),
    link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
