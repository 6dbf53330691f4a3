import { readableRow, sniffed } from '../adapters/csv-look'
import { withSource } from '../profile'
import type { Answers, LookAsk } from './questions'

const FIRST = 10

/** Columns, types and first rows of a source, and how sure its form is. */
export const lookAt = async ({ path, where, csv }: LookAsk): Promise<Answers['look']> =>
  withSource({ path, where, csv }, async ({ engine, source, rows }) => {
    const form =
      source.format === 'csv'
        ? csv
          ? { sure: true, ...csv }
          : await sniffed(engine, source.files[0] ?? path)
        : undefined
    const first = await engine.rows(`SELECT * FROM ${source.relation} LIMIT ${FIRST}`)
    return {
      columns: source.columns.map(({ name, type, kind, unit }) => ({
        name,
        type,
        kind: unit === 'seconds since 1970' ? ('time' as const) : kind,
      })),
      rows,
      files: source.files.length,
      ...(form && { csv: form }),
      first: first.map((row) => source.columns.map(({ name }) => readableRow(row[name]))),
      skipped: source.skipped.map(({ file, says }) => `${file}: ${says}`),
    }
  })
