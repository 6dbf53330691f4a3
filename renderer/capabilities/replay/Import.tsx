import { Checkbox } from '@mantine/core'
import { useState } from 'react'
import type { ReplaySource } from '../../../preload/contract/replay'
import { useAction, type Trouble } from '../../client'
import { Button, Dialog, Failed } from '../../design'
import { toBase64 } from './base64'
import { words } from './words'

const MOST_BYTES = 3_000_000
async function packed(file: File): Promise<{ bytes: Uint8Array; byUs: boolean }> {
  const isPacked = file.name.endsWith('.gz')
  const stream = isPacked ? file.stream() : file.stream().pipeThrough(new CompressionStream('gzip'))
  return { bytes: new Uint8Array(await new Response(stream).arrayBuffer()), byUs: !isPacked }
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
  const [large, setLarge] = useState(false)
  const send = useAction(async (client, chosen: File, skipBadLines: boolean) => {
    const { bytes, byUs } = await packed(chosen)
    if (bytes.length > MOST_BYTES) {
      setLarge(true)
      return undefined
    }
    return client.replay.import({
      name: chosen.name,
      base64: toBase64(bytes),
      packedByUs: byUs,
      skipBadLines,
    })
  })
  const run = async () => {
    if (!file) return
    setLarge(false)
    const source = await send.act(file, skip)
    if (source) {
      onImported(source)
      onClose()
    }
  }
  return (
    <Dialog title={words.importing} opened={opened} onClose={onClose} size={560}>
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
              setLarge(false)
            }}
          />
        </label>
        <Checkbox
          label={words.skip}
          checked={skip}
          onChange={({ target }) => setSkip(target.checked)}
        />
        {large && <Failed says={words.tooLarge} />}
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
