import { Checkbox } from '@mantine/core'
import { useState } from 'react'
import { MOST_TRACE_BYTES } from '../../../preload/contract/limits'
import type { ReplaySource } from '../../../preload/contract/replay'
import { refuseTooLarge, useAction, useUpload, type Trouble } from '../../client'
import { Button, Dialog, Failed, Uploading } from '../../design'
import { words } from './words'

async function packed(file: File): Promise<{ content: Blob; byUs: boolean }> {
  const isPacked = file.name.endsWith('.gz')
  if (isPacked) return { content: file, byUs: false }
  const stream = file.stream().pipeThrough(new CompressionStream('gzip'))
  return { content: await new Response(stream).blob(), byUs: true }
}
/** Takes a file of jobs; every line that makes no sense is named, and may be left out on purpose. */
export function Import({
  opened,
  onClose,
  onImported,
}: {
  opened: boolean
  onClose: () => void
  onImported: (source: ReplaySource) => void
}) {
  const [file, setFile] = useState<File>()
  const [skip, setSkip] = useState(false)
  const upload = useUpload()
  const send = useAction(async (client, chosen: File, skipBadLines: boolean) => {
    refuseTooLarge(chosen, chosen.name.endsWith('.gz') ? undefined : MOST_TRACE_BYTES)
    const { content, byUs } = await packed(chosen)
    const arrived = await upload.send(content, chosen.name)
    return (
      arrived &&
      client.replay.import({ name: chosen.name, ...arrived, packedByUs: byUs, skipBadLines })
    )
  })
  const run = async () => {
    if (!file) return
    const source = await send.act(file, skip)
    if (source) {
      onImported(source)
      onClose()
    }
  }
  const close = () => {
    upload.cancel()
    onClose()
  }
  return (
    <Dialog title={words.importing} opened={opened} onClose={close} size={560}>
      <form
        className="stack"
        style={{ padding: '0 16px 16px' }}
        onSubmit={(event) => {
          event.preventDefault()
          void run()
        }}
      >
        <p className="control-text soft">{words.noneSays}</p>
        <label className="stack tight control-text">
          {words.file}
          <input
            type="file"
            accept=".csv,.json,.gz,.txt"
            data-autofocus
            onChange={({ target }) => {
              setFile(target.files?.[0])
              send.clear()
            }}
          />
        </label>
        <Checkbox
          label={words.skip}
          checked={skip}
          onChange={({ target }) => setSkip(target.checked)}
        />
        {upload.progress && <Uploading {...upload.progress} onCancel={upload.cancel} />}
        {send.trouble && <Mistakes trouble={send.trouble} />}
        <div className="state-actions">
          <Button
            look="primary"
            type="submit"
            busy={send.busy}
            disabledBecause={file ? undefined : words.file}
          >
            {words.doImport}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
function Mistakes({ trouble }: { trouble: Trouble }) {
  if (trouble.failure?.code !== 'INVALID')
    return <Failed says={trouble.says} remedy={trouble.remedy} code={trouble.code} />
  const { issues } = trouble.failure.data
  return (
    <div className="state" role="alert">
      <b>{words.mistakes(issues.length)}</b>
      <ul className="mistakes" tabIndex={0} aria-label={words.mistakes(issues.length)}>
        {issues.map(({ path, says }) => (
          <li key={`${path}${says}`}>
            <span className="mono">{path}</span> {says}
          </li>
        ))}
      </ul>
    </div>
  )
}
