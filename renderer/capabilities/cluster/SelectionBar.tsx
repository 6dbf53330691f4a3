import { useState } from 'react'
import { useAction } from '../../client'
import { Button } from '../../design'
import { ManyActions, type OnAct } from './ManyActions'
import type { ListQuestion } from './use-list'
import type { Selection } from './use-selection'
import { words } from './words'

/** What may be done with what is selected; it pushes in above the rows and replaces nothing. */
export function SelectionBar({
  selection,
  question,
  matched,
  onAct,
}: {
  selection: Selection
  question: ListQuestion
  matched: number
  onAct: OnAct
}) {
  const [said, setSaid] = useState('')
  const copy = useAction(async (client) => {
    const { csv, rows } = await client.cluster.csv({ ...question, keys: [...selection.keys] })
    await navigator.clipboard.writeText(csv).then(
      () => setSaid(words.copied(rows)),
      () => setSaid(words.notCopied),
    )
  })
  if (selection.keys.size === 0) return null
  const gpus = [...selection.rows.values()].map((one) => one.gpus)
  const sum = gpus.every((many) => many !== undefined)
    ? gpus.reduce<number>((all, many) => all + (many ?? 0), 0)
    : undefined
  return (
    <div className="selection-bar" role="region" aria-label={words.selected(selection.keys.size)}>
      <b>{words.selected(selection.keys.size)}</b>
      <span className="control-text soft">
        {selection.isCut
          ? words.selectedTooMany(selection.keys.size)
          : sum !== undefined && sum > 0
            ? words.gpusIn(sum)
            : ''}
      </span>
      <ManyActions site={question.site} selection={selection} onAct={onAct} />
      <span className="spring" />
      <span className="small meta" role="status">
        {copy.trouble ? copy.trouble.says : said}
      </span>
      {selection.keys.size < matched && (
        <Button onClick={() => selection.all(matched)}>{words.selectAll}</Button>
      )}
      <Button
        busy={copy.busy}
        onClick={() => {
          setSaid('')
          void copy.act()
        }}
      >
        {words.copy}
      </Button>
      <Button look="quiet" onClick={selection.clear}>
        {words.unselect}
      </Button>
    </div>
  )
}
