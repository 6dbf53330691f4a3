export interface DiffLine {
  op: '+' | '-' | ' ' | '~'
  text: string
}
const CLASS: Record<DiffLine['op'], string | undefined> = {
  '+': 'added',
  '-': 'removed',
  ' ': undefined,
  '~': undefined,
}

/** What would be created (+), changed (~) and deleted (−), in lines. */
export const Diff = ({ lines, label }: { lines: readonly DiffLine[]; label: string }) => (
  <div className="diff" role="region" tabIndex={0} aria-label={label}>
    {lines.map(({ op, text }, index) => (
      <div key={index} className={CLASS[op]}>{`${op === '-' ? '−' : op} ${text}`}</div>
    ))}
  </div>
)
