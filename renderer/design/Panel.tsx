import { useEffect, useId, type ReactNode } from 'react'

interface PanelProps {
  title: ReactNode
  means?: ReactNode
  actions?: ReactNode
  asOf?: string | undefined
  foot?: ReactNode
  flush?: boolean
  className?: string | undefined
  children: ReactNode
}
/** A panel with a hairline and a 34 px head: title, its meaning in grey, actions at the right. `asOf` says that its figures are old. */
export function Panel({
  title,
  means,
  actions,
  asOf,
  foot,
  flush = false,
  className = '',
  children,
}: PanelProps) {
  const id = useId()
  return (
    <section className={`panel ${className}`} aria-labelledby={id}>
      <div className="panel-head">
        <h2 id={id}>{title}</h2>
        {means && <span className="means ellipsis">{means}</span>}
        <span className="spring" />
        {asOf && <span className="tag">as of {asOf}</span>}
        {actions}
      </div>
      <div
        className={flush ? 'panel-body flush' : 'panel-body'}
        style={flush ? { display: 'flex', flexDirection: 'column' } : undefined}
      >
        {children}
      </div>
      {foot && <div className="panel-foot">{foot}</div>}
    </section>
  )
}
/** A ruled part of a panel with a small heading and a note at its right. */
export const Section = ({
  title,
  note,
  children,
}: {
  title: ReactNode
  note?: ReactNode
  children: ReactNode
}) => (
  <div className="section">
    <h3>
      {title}
      {note && <span className="meta">{note}</span>}
    </h3>
    {children}
  </div>
)
/** Names the page after its screen, for tabs, histories and screen readers. */
export const usePageTitle = (title: string) =>
  useEffect(() => {
    document.title = `${title} · Takt`
  }, [title])
/** The head of a screen: its one h1 (also the page's title), what stands beside it, and figures or actions at the right. */
export function PageHead({
  title,
  crumbs = [],
  children,
  actions,
}: {
  title: string
  crumbs?: { says: string; href: string }[]
  children?: ReactNode
  actions?: ReactNode
}) {
  usePageTitle(title)
  return (
    <div className="page-head">
      {crumbs.map(({ says, href }) => (
        <span className="crumb" key={href}>
          <a className="crumb" href={href}>
            {says}
          </a>{' '}
          &nbsp;/
        </span>
      ))}
      <h1 tabIndex={-1} data-page-title={title}>
        {title}
      </h1>
      {children}
      <span className="spring" />
      {actions}
    </div>
  )
}
/** A labelled figure; unknown is a word, never 0. `decides` is for the one figure that decides. */
export function Figure({
  label,
  value,
  note,
  aged = false,
  decides = false,
  unknownSays = 'none yet',
}: {
  label: ReactNode
  value?: ReactNode
  note?: ReactNode
  aged?: boolean
  decides?: boolean
  unknownSays?: string
}) {
  const kinds = ['figure', aged && 'aged', decides && 'decides', value === undefined && 'unknown']
    .filter(Boolean)
    .join(' ')
  return (
    <dl className={kinds}>
      <dt>{label}</dt>
      <dd>
        {value ?? unknownSays}
        {value !== undefined && note && <small> {note}</small>}
      </dd>
    </dl>
  )
}
/** Two columns of label and value. */
export const Facts = ({
  facts,
}: {
  facts: readonly (readonly [label: ReactNode, value: ReactNode])[]
}) => (
  <dl className="facts">
    {facts.map(([label, value], index) => (
      <FactRow key={index} label={label} value={value} />
    ))}
  </dl>
)
const FactRow = ({ label, value }: { label: ReactNode; value: ReactNode }) => (
  <>
    <dt>{label}</dt>
    <dd>{value}</dd>
  </>
)
