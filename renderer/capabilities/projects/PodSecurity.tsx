import type { PodSecurity as Standing } from '../../../preload/contract/pod-security'
import { lastKnown, useAsk } from '../../client'
import { Button, formatDay } from '../../design'
import { words } from './words'

const told = ({ level, exception }: Standing): string =>
  exception
    ? `${words.podSecurity.level[level]}; ${words.podSecurity.exception(exception.by, formatDay(exception.at), exception.reason)}`
    : words.podSecurity.level[level]
/** What may run in a project's namespace; one that is older than the restriction can be repaired from here. */
export function PodSecurity({
  name,
  version,
  onRepair,
}: {
  name: string
  version: string
  onRepair: () => void
}) {
  const { remote } = useAsk(
    (client, options) => client.projects.podSecurity({ name }, options),
    [name, version],
  )
  const known = lastKnown(remote)?.value
  if (!known)
    return (
      <span className="meta">
        {remote.at === 'failed' ? `${words.podSecurity.unknown}: ${remote.trouble.says}` : '…'}
      </span>
    )
  const open = known.level === 'privileged' && !known.exception
  return (
    <span className="row wrap">
      <span title={open ? words.podSecurity.repairing : undefined}>{told(known)}</span>
      {open && (
        <Button small onClick={onRepair}>
          {words.podSecurity.repair}
        </Button>
      )}
    </span>
  )
}
