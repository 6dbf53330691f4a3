import { ProgressBar } from './Bars'
import { Button } from './Controls'
import { formatBytes, formatShare } from './format'

interface UploadingProps {
  name: string
  /** In bytes. */
  done: number
  total: number
  onCancel: () => void
}
/** A file on its way to the core: how much of it, and a way to stop it. Its steps are seen and can be asked for; only that it began is announced. */
export function Uploading({ name, done, total, onCancel }: UploadingProps) {
  const share = total === 0 ? 1 : done / total
  return (
    <div className="row control-text" role="group" aria-label={`${name} on its way`}>
      <span className="visually-hidden" role="status">{`${name} is on its way.`}</span>
      <ProgressBar share={share} label={`How much of ${name} has arrived`} />
      <span className="grow" style={{ overflowWrap: 'anywhere' }}>
        {name}{' '}
        <span className="meta num">
          {`${formatBytes(done)} of ${formatBytes(total)} · ${formatShare(share)}`}
        </span>
      </span>
      <Button onClick={onCancel}>Cancel</Button>
    </div>
  )
}
