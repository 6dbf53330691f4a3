export interface Expression {
  key: string
  operator: string
  values?: string[]
}
export interface Selector {
  matchLabels?: Record<string, string>
  matchExpressions?: Expression[]
}

/** Whether labels meet a label selector; an empty selector meets all, an absent one none. */
export function selects(
  selector: Selector | undefined,
  labels: Record<string, string> | undefined,
): boolean {
  if (!selector) return false
  const plain = Object.entries(selector.matchLabels ?? {}).every(
    ([key, value]) => labels?.[key] === value,
  )
  return (
    plain &&
    (selector.matchExpressions ?? []).every((expression) =>
      meets(expression, labels?.[expression.key]),
    )
  )
}

/** Whether one value (undefined where the label is absent) meets a selector requirement. */
export function meets({ operator, values = [] }: Expression, value: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value)
    case 'NotIn':
      return value === undefined || !values.includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
    case 'Gt':
      return value !== undefined && Number(value) > Number(values[0])
    case 'Lt':
      return value !== undefined && Number(value) < Number(values[0])
    default:
      return false
  }
}
