import { LosslessNumber } from 'lossless-json'
import { z } from 'zod'
import { COMPARISONS, FUNCTIONS, OPERATORS, TYPES } from './allowed'

/** A node of an allowed expression: only what was checked, without the places that the parser noted. */
export type FilterNode = Record<string, unknown> & { class: string; type: string }

/** What stands in the way of a filter, and where in its text (in bytes). */
export class NotAllowed extends Error {
  constructor(
    readonly says: string,
    readonly at: number | undefined,
  ) {
    super(says)
  }
}

const notAllowed = (what: string, at: number | undefined): NotAllowed =>
  new NotAllowed(`${what} is not allowed in a filter`, at)

/** What names of columns mean; undefined where there is none of that name. */
export type ColumnField = (name: string) => string | undefined

const Node = z.looseObject({ class: z.string(), type: z.string(), query_location: z.unknown() })
const Head = { class: z.string(), type: z.string(), query_location: z.unknown() }
const Plain = { ...Head, alias: z.literal('') }
const Child = z.unknown()
const Whole = z.union([z.number(), z.bigint()])
const TypeInfo = z
  .strictObject({
    type: z.literal('DECIMAL_TYPE_INFO'),
    alias: z.literal(''),
    extension_info: z.null(),
    width: z.number().int(),
    scale: z.number().int(),
  })
  .nullable()
const ValueType = z.strictObject({ id: z.string(), type_info: TypeInfo })
const CLASSES = {
  CONSTANT: z.strictObject({
    ...Plain,
    value: z.strictObject({
      type: ValueType,
      is_null: z.boolean(),
      value: z
        .union([
          z.string(),
          z.boolean(),
          Whole,
          z.instanceof(LosslessNumber),
          z.strictObject({ upper: Whole, lower: Whole }),
        ])
        .optional(),
    }),
  }),
  COLUMN_REF: z.strictObject({ ...Plain, column_names: z.array(z.string()).min(1) }),
  COMPARISON: z.strictObject({ ...Plain, left: Child, right: Child }),
  CONJUNCTION: z.strictObject({ ...Plain, children: z.array(Child) }),
  OPERATOR: z.strictObject({ ...Plain, children: z.array(Child) }),
  BETWEEN: z.strictObject({ ...Plain, input: Child, lower: Child, upper: Child }),
  CAST: z.strictObject({ ...Plain, child: Child, cast_type: ValueType, try_cast: z.boolean() }),
  CASE: z.strictObject({
    ...Plain,
    case_checks: z.array(z.strictObject({ when_expr: Child, then_expr: Child })),
    else_expr: Child,
  }),
  FUNCTION: z.strictObject({
    ...Plain,
    function_name: z.string(),
    schema: z.enum(['', 'main']),
    children: z.array(Child),
    filter: z.null(),
    order_bys: z.strictObject({ type: z.literal('ORDER_MODIFIER'), orders: z.array(Child).max(0) }),
    distinct: z.literal(false),
    is_operator: z.boolean(),
    export_state: z.literal(false),
    catalog: z.literal(''),
  }),
}
type Of<C extends keyof typeof CLASSES> = z.infer<(typeof CLASSES)[C]>

/** What classes that are not allowed are called by people. */
const WORDS: Record<string, string> = {
  SUBQUERY: 'a query within a query',
  WINDOW: 'a look at other rows',
  LAMBDA: 'a function of its own',
  PARAMETER: 'a parameter',
  STAR: 'a star',
  POSITIONAL_REFERENCE: 'a column by its number',
  COLLATE: 'a collation',
  AGGREGATE: 'a sum over rows',
}

/** Builds an expression again from the parts that are allowed, and refuses anything else. */
export class AllowedTree {
  constructor(private readonly fieldOf: ColumnField) {}

  of(value: unknown): FilterNode {
    const head = Node.safeParse(value)
    if (!head.success) throw notAllowed('an expression that is not known', undefined)
    const at = placeOf(head.data.query_location),
      kind = head.data.class
    if (!isAllowed(kind)) throw notAllowed(WORDS[kind] ?? nameOf(head.data), at)
    const parsed = CLASSES[kind].safeParse(value)
    if (!parsed.success) throw notAllowed(nameOf(head.data), at)
    const { query_location: _place, ...node } = parsed.data,
      built = { ...node, ...this.#parts(kind, parsed.data, at) }
    return kind === 'CONSTANT' ? asWritten(built as Of<'CONSTANT'>) : built
  }

  #parts(kind: keyof typeof CLASSES, node: object, at: number | undefined): object {
    switch (kind) {
      case 'CONSTANT':
        return constant(node as Of<'CONSTANT'>, at)
      case 'COLUMN_REF':
        return { column_names: [this.#column(node as Of<'COLUMN_REF'>, at)] }
      case 'COMPARISON': {
        const { type, left, right } = node as Of<'COMPARISON'>
        if (!COMPARISONS.has(type)) throw notAllowed(type.toLowerCase().replaceAll('_', ' '), at)
        return { left: this.of(left), right: this.of(right) }
      }
      case 'OPERATOR': {
        const { type, children } = node as Of<'OPERATOR'>
        if (!OPERATORS.has(type)) throw notAllowed(type.toLowerCase().replaceAll('_', ' '), at)
        return { children: children.map((child) => this.of(child)) }
      }
      case 'FUNCTION':
        return this.#call(node as Of<'FUNCTION'>, at)
      default:
        return this.#children(kind, node, at)
    }
  }

  #children(kind: keyof typeof CLASSES, node: object, at: number | undefined): object {
    if (kind === 'CONJUNCTION')
      return { children: (node as Of<'CONJUNCTION'>).children.map((child) => this.of(child)) }
    if (kind === 'BETWEEN') {
      const { input, lower, upper } = node as Of<'BETWEEN'>
      return { input: this.of(input), lower: this.of(lower), upper: this.of(upper) }
    }
    if (kind === 'CAST') {
      const { child, cast_type: to } = node as Of<'CAST'>
      if (!TYPES.has(to.id)) throw notAllowed(`the type ${to.id}`, at)
      return { child: this.of(child) }
    }
    const { case_checks: checks, else_expr: otherwise } = node as Of<'CASE'>
    return {
      case_checks: checks.map(({ when_expr: when, then_expr: then }) => ({
        when_expr: this.of(when),
        then_expr: this.of(then),
      })),
      else_expr: this.of(otherwise),
    }
  }

  #column({ column_names: names }: Of<'COLUMN_REF'>, at: number | undefined): string {
    const [name = ''] = names,
      field = names.length === 1 ? this.fieldOf(name) : undefined
    if (field === undefined) throw new NotAllowed(`there is no column ${names.join('.')}`, at)
    return field
  }

  #call({ function_name: name, children }: Of<'FUNCTION'>, at: number | undefined): object {
    if (!FUNCTIONS.has(name)) throw notAllowed(`the function ${name}`, at)
    return { children: children.map((child) => this.of(child)) }
  }
}

const isAllowed = (kind: string): kind is keyof typeof CLASSES => Object.hasOwn(CLASSES, kind)
const nameOf = ({ class: kind, type }: { class: string; type: string }): string =>
  (type === kind || type === '' ? kind : type).toLowerCase().replaceAll('_', ' ')
/** Places beyond any text stand for none. */
const placeOf = (place: unknown): number | undefined =>
  typeof place === 'number' && Number.isSafeInteger(place) ? place : undefined

function constant({ value }: Of<'CONSTANT'>, at: number | undefined): object {
  if (!TYPES.has(value.type.id)) throw notAllowed(`a constant of type ${value.type.id}`, at)
  return {}
}

/** Truth and doubles are written as casts of their text, which is how the parser reads them again as the same. */
function asWritten(node: Omit<Of<'CONSTANT'>, 'query_location'>): FilterNode {
  const { type, value } = node.value
  if (type.id === 'BOOLEAN' && typeof value === 'boolean') return castOf(value ? 't' : 'f', type)
  return value instanceof LosslessNumber ? castOf(value.value, type) : node
}
const castOf = (text: string, to: z.infer<typeof ValueType>): FilterNode => ({
  class: 'CAST',
  type: 'OPERATOR_CAST',
  alias: '',
  child: {
    class: 'CONSTANT',
    type: 'VALUE_CONSTANT',
    alias: '',
    value: { type: { id: 'VARCHAR', type_info: null }, is_null: false, value: text },
  },
  cast_type: to,
  try_cast: false,
})
