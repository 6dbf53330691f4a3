import type { z } from 'zod'
import type { FormModel } from '../../renderer/design'

export type AnyForm = FormModel<Record<string, z.ZodType>, unknown>
const modules = import.meta.glob<Record<string, unknown>>(
  ['../../renderer/capabilities/**/form*.ts', '!**/*.test.ts'],
  { eager: true },
)
const isForm = (value: unknown): value is AnyForm =>
  typeof value === 'object' && value !== null && 'fields' in value && 'schema' in value
/** Every form of the product, as its capability declares it. */
export const FORMS: readonly AnyForm[] = [
  ...new Map(
    Object.values(modules)
      .flatMap((module) => Object.values(module))
      .filter(isForm)
      .map((form) => [form.id, form]),
  ).values(),
]
