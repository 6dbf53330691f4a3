import type { FailureOf } from '../../../preload/contract/failures'
import { Button, Panel } from '../../design'
import { labelOf, words } from './words'

export type Conflict = FailureOf<'CONFLICT'>['data']
export type Keep = Record<string, 'mine' | 'theirs'>

interface ConflictProps {
  name: string
  conflict: Conflict
  keep: Keep
  onKeep: (keep: Keep) => void
  busy: boolean
  /** What is settled: one's own value where nobody chose. */ onSave: (keep: Keep) => void
  onClose?: () => void
}
/** Fields that two changed, with both values side by side, until somebody chose. */
export function ConflictPanel({
  name,
  conflict,
  keep,
  onKeep,
  busy,
  onSave,
  onClose,
}: ConflictProps) {
  const choice = (path: string) => keep[path] ?? 'mine'
  const settled = () =>
    onSave(Object.fromEntries(conflict.fields.map(({ path }) => [path, choice(path)])))
  return (
    <Panel title={words.changedByTwo(name)} means={words.bothStarted}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{words.fieldColumn}</th>
            <th scope="col">{words.you}</th>
            <th scope="col">{conflict.theirs}</th>
            <th scope="col">{words.before}</th>
          </tr>
        </thead>
        <tbody>
          {conflict.fields.map(({ path, mine, theirs, before }) => (
            <tr key={path}>
              <th scope="row">{labelOf(path)}</th>
              {(
                [
                  ['mine', mine],
                  ['theirs', theirs],
                ] as const
              ).map(([whose, value]) => (
                <td key={whose}>
                  <label className="row">
                    <input
                      type="radio"
                      name={path}
                      checked={choice(path) === whose}
                      onChange={() => onKeep({ ...keep, [path]: whose })}
                    />
                    {value}
                  </label>
                </td>
              ))}
              <td className="meta">{before}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="control-text soft" style={{ padding: '8px 0' }}>
        {words.restMerged}
      </p>
      <div className="row">
        <Button look="primary" busy={busy} onClick={settled}>
          {words.saveChosen}
        </Button>
        {onClose && (
          <Button look="quiet" onClick={onClose}>
            {words.close}
          </Button>
        )}
      </div>
    </Panel>
  )
}
