import { useId, type ReactNode } from 'react'

/** A label and its control in a narrow form. */
export function MiniField({
  label,
  children,
}: {
  label: string
  children: (id: string) => ReactNode
}) {
  const id = useId()
  return (
    <>
      <label htmlFor={id}>{label}</label>
      {children(id)}
    </>
  )
}
type Parsed =
  | { success: true }
  | { success: false; error: { issues: { path: PropertyKey[]; message: string }[] } }
/** The first thing a form still lacks, by field. */
export function firstIssue(parsed: Parsed): string | undefined {
  if (parsed.success) return undefined
  const issue = parsed.error.issues[0]
  return issue && `${issue.path.map(String).join('.')}: ${issue.message}`
}
