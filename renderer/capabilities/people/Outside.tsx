import { lastKnown, useAsk } from '../../client'
import { Tag } from '../../design'
import { words } from './words'

/** Who has rights in a project's namespace beside its members; nothing where nobody has. */
export function Outside({ project, version }: { project: string; version: string }) {
  const { remote } = useAsk(
    (client, options) => client.people.outside({ project }, options),
    [project, version],
  )
  if (remote.at === 'failed')
    return (
      <p className="small meta">
        {words.outsideUnknown} {remote.trouble.says}
      </p>
    )
  const found = lastKnown(remote)?.value
  if (!found || found.bound.length === 0) return null
  return (
    <section aria-label={words.outside}>
      <p className="small">
        <Tag tone="warning">{words.outside}</Tag> <span className="meta">{words.outsideMeans}</span>
      </p>
      <ul className="people-members">
        {found.bound.map(({ binding, role, kind, name }) => (
          <li key={`${binding}/${kind}/${name}`}>
            <span className="people-name">
              <b className="ellipsis">{kind === 'User' ? name : `${kind.toLowerCase()} ${name}`}</b>
              <span className="small meta ellipsis">{words.outsideOf(role, binding)}</span>
            </span>
          </li>
        ))}
      </ul>
      {found.more > 0 && <p className="small meta">{words.outsideMore(found.more)}</p>}
    </section>
  )
}
