import published from './kubernetes.json'
import type { Schema } from './schema'

const document = published as unknown as {
  kinds: Record<string, string>
  schemas: Record<string, Schema>
}

/** The published type of a built-in kind; undefined where the plant does not serve it. */
export function builtinSchema(group: string, version: string, kind: string): Schema | undefined {
  const name = document.kinds[`${group}/${version}/${kind}`]
  return name === undefined ? undefined : document.schemas[name]
}
export const builtinSchemaName = (
  group: string,
  version: string,
  kind: string,
): string | undefined => document.kinds[`${group}/${version}/${kind}`]
export const allBuiltinSchemas: Readonly<Record<string, Schema>> = document.schemas

/** Follows a reference among the published types. Custom resources have none. */
export function resolve(schema: Schema | undefined): Schema | undefined {
  if (schema?.$ref === undefined) return schema
  return document.schemas[schema.$ref]
}
