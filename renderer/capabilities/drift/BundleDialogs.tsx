import { useState } from 'react'
import type { FleetRow } from '../../../preload/contract/drift-review'
import { setQuery, useAction, useUpload, type Client } from '../../client'
import { Button, Dialog, Failed, formatBytes, TextField, Uploading, useForm } from '../../design'
import { openBundleForm, saveBundleForm } from './forms'
import { words } from './words'

/** Opens a bundle and shows its fleet. */
export async function showBundle(
  client: Client,
  from: { path: string } | { upload: string },
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
/** Opens a bundle by its path, or brings a file up first; cancelled, nothing is opened. */
export function useOpenBundle() {
  const upload = useUpload()
  const open = useAction(async (client, from: { path: string } | { file: File }) => {
    if ('path' in from) return showBundle(client, from)
    const arrived = await upload.send(from.file, from.file.name)
    return arrived ? showBundle(client, arrived) : undefined
  })
  return { ...open, upload }
}
export function OpenBundle({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const form = useForm(openBundleForm, { path: '' })
  const open = useOpenBundle()
  const { progress, cancel } = open.upload
  const go = async (from: Parameters<typeof open.act>[0]) => {
    if (await open.act(from)) onClose()
  }
  const close = () => {
    cancel()
    onClose()
  }
  return (
    <Dialog title={words.openBundle.replace('…', '')} opened={opened} onClose={close}>
      <form
        className="stack control-text"
        onSubmit={(event) => {
          event.preventDefault()
          const named = form.tried()
          if (named) void go(named)
        }}
      >
        <label className="stack tight">
          {words.fileLabel}
          <input
            type="file"
            accept=".takt"
            onChange={({ target }) => {
              const file = target.files?.[0]
              if (file) void go({ file })
            }}
          />
        </label>
        <TextField form={form} name="path" label={words.pathLabel} layout="stacked" mono />
        <div className="row">
          <Button look="primary" type="submit" busy={open.busy}>
            {words.openBundle.replace('…', '')}
          </Button>
        </div>
        {progress && <Uploading {...progress} onCancel={cancel} />}
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
  const form = useForm(saveBundleForm, { name: 'review.takt', path: '' })
  const [said, setSaid] = useState<string>()
  const save = useAction((client, to: { name: string; path: string }) =>
    client.drift.saveBundle({ ids, name: to.name, ...(to.path !== '' && { path: to.path }) }),
  )
  const go = async () => {
    const to = form.tried()
    const done = to && (await save.act(to))
    if (!done) return
    if (done.file) download(done.file, to.name)
    setSaid(words.savedBundle(formatBytes(done.bytes), done.signed))
  }
  const toggle = (id: string, on: boolean) =>
    setIds(on ? [...ids, id] : ids.filter((one) => one !== id))
  return (
    <Dialog title={words.saveBundle.replace('…', '')} opened onClose={onClose} size="lg">
      <div className="stack control-text">
        <p className="soft">{words.saveHelp}</p>
        <TextField form={form} name="name" label={words.bundleName} layout="stacked" />
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
        <TextField form={form} name="path" label={words.pathSave} layout="stacked" mono />
        <div className="row">
          <Button
            look="primary"
            busy={save.busy}
            disabledBecause={form.missing ?? (ids.length === 0 ? words.needsOne : undefined)}
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
