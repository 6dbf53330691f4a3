import { useState } from 'react'
import type { MemberChange, MemberCheck } from '../../../preload/contract/people'
import type { Project } from '../../../preload/contract/records'
import type { Member } from '../../../preload/contract/records/project'
import { hrefOf, lastKnown, useAsk, type Remote } from '../../client'
import { Avatar, Button, Panel, Tag, TextField, useForm } from '../../design'
import { memberForm } from './forms'
import { Outside } from './Outside'
import { Suggestions } from './Suggestions'
import { words } from './words'

interface Props {
  project: Project
  onPlan: (changes: MemberChange[]) => void
  /** What is missing for changing them; undefined where nothing is. */ mayNot: string | undefined
}
/** Who works on a project, against the directory: who left is marked; adding, moving and removing each begin with a plan. */
export function PeoplePanel({ project, onPlan, mayNot }: Props) {
  const { meta, spec } = project
  const { remote } = useAsk(
    (client, options) => client.people.check({ project: meta.name }, options),
    [meta.name, meta.resourceVersion],
  )
  const check = lastKnown(remote)?.value
  const members = check?.members ?? asWritten(project)
  const left = members.filter(({ state }) => state === 'left').length
  return (
    <Panel
      title={words.people}
      actions={
        <>
          {left > 0 && <Tag tone="warning">{words.left(left)}</Tag>}
          {check?.simulated && <Tag tone="dashed">{words.simulated}</Tag>}
        </>
      }
    >
      <ul className="people-members">
        {members.map((member) => (
          <Row
            key={`${member.kind}/${member.name}`}
            member={member}
            changeable={
              mayNot === undefined &&
              spec.members.some(({ kind, name }) => kind === member.kind && name === member.name)
            }
            onPlan={onPlan}
          />
        ))}
      </ul>
      <Unchecked remote={remote} />
      <Outside project={meta.name} version={meta.resourceVersion} />
      {mayNot === undefined ? (
        <Adding onPlan={onPlan} taken={spec.members} />
      ) : (
        <p className="people-adding">
          <Button disabledBecause={mayNot}>{words.change}</Button>
        </p>
      )}
    </Panel>
  )
}
const asWritten = ({ spec }: Project): MemberCheck[] =>
  spec.members.map((member) => ({
    ...member,
    owner: member.kind === 'User' && member.name === spec.owner,
    state: 'unknown',
    says: '',
  }))

function Unchecked({ remote }: { remote: Remote<unknown> }) {
  if (remote.at !== 'failed') return null
  const { code, remedy } = remote.trouble
  return (
    <p className="small meta">
      {words.notChecked} {remedy}{' '}
      <a href={hrefOf(['settings'])} style={{ textDecoration: 'underline' }}>
        {code === 'DIRECTORY_SIGN_IN_NEEDED' ? words.signInLink : words.settingsLink}
      </a>
    </p>
  )
}

const about = ({ name, kind, owner }: MemberCheck, title: string) =>
  [title !== name ? name : '', kind === 'Group' ? words.group : '', owner ? words.owner : '']
    .filter(Boolean)
    .join(', ')
function Row({
  member,
  changeable,
  onPlan,
}: {
  member: MemberCheck
  changeable: boolean
  onPlan: Props['onPlan']
}) {
  const { kind, name, role, state, says } = member
  const title = member.entry?.title ?? name
  return (
    <li>
      <Avatar person={title} />
      <span className="people-name">
        <b className="ellipsis">{title}</b>
        <span className="small meta ellipsis">{about(member, title)}</span>
      </span>
      {(state === 'left' || state === 'disabled') && (
        <span title={says}>
          <Tag tone="warning">{words.state[state]}</Tag>
        </span>
      )}
      {changeable ? (
        <select
          className="field-box"
          aria-label={words.roleOf(name)}
          value={role}
          onChange={({ target }) => onPlan([{ kind, name, role: target.value as Member['role'] }])}
        >
          {words.roles.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      ) : (
        <span className="meta">{role}</span>
      )}
      {changeable && (
        <Button
          small
          look="quiet"
          aria-label={words.removeOne(name)}
          onClick={() => onPlan([{ kind, name }])}
        >
          {words.remove}
        </Button>
      )}
    </li>
  )
}

function Adding({ taken, onPlan }: { taken: Member[]; onPlan: Props['onPlan'] }) {
  const form = useForm(memberForm, { name: '' })
  const text = form.typed.name
  const [role, setRole] = useState<Member['role']>('engineer')
  const [kind, setKind] = useState<Member['kind']>('User')
  const [chosen, setChosen] = useState<MemberChange[]>([])
  const add = (subject: { kind: Member['kind']; name: string }) => {
    form.reset()
    if (
      taken.some(
        (one) => one.kind === subject.kind && one.name === subject.name && one.role === role,
      )
    )
      return
    setChosen([
      ...chosen.filter((one) => one.kind !== subject.kind || one.name !== subject.name),
      { kind: subject.kind, name: subject.name, role },
    ])
  }
  const preview = () => {
    onPlan(chosen)
    setChosen([])
  }
  return (
    <div className="people-adding">
      <form
        className="row"
        onSubmit={(event) => {
          event.preventDefault()
          const wanted = form.tried()
          if (wanted) add({ kind, ...wanted })
        }}
      >
        <select
          className="field-box"
          aria-label={words.kind}
          value={kind}
          onChange={({ target }) => setKind(target.value as Member['kind'])}
        >
          <option>User</option>
          <option>Group</option>
        </select>
        <div className="grow">
          <TextField
            form={form}
            name="name"
            label={words.search}
            layout="bare"
            placeholder={words.search}
          />
        </div>
        <select
          className="field-box"
          aria-label={words.role}
          value={role}
          onChange={({ target }) => setRole(target.value as Member['role'])}
        >
          {words.roles.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
        <Button type="submit">{words.add}</Button>
      </form>
      <Suggestions text={text} onPick={({ kind: found, name }) => add({ kind: found, name })} />
      {chosen.length > 0 && (
        <div className="row people-chosen">
          {chosen.map((one) => (
            <button
              type="button"
              key={`${one.kind}/${one.name}`}
              className="chip"
              aria-label={words.takeBack(one.name)}
              onClick={() => setChosen(chosen.filter((other) => other !== one))}
            >
              <b>{one.name}</b> {one.kind === 'Group' ? words.group : ''} {one.role} ✕
            </button>
          ))}
          <span className="spring" />
          <Button look="primary" onClick={preview}>
            {words.plan(chosen.length)}
          </Button>
        </div>
      )}
    </div>
  )
}
