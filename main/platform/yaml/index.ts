import { parseAllDocuments, stringify, type Document } from 'yaml'
import { READING, WRITING } from './schema'

export { READING as YAML_AS_KUBECTL } from './schema'

/** One document of a YAML text, or why it is none. */
export type YamlDocument = { value: unknown } | { line: number; says: string }
interface YamlReading {
  /** What a repeated key means: kubectl refuses it in a manifest, and takes the last in a kubeconfig. */
  repeatedKeys?: 'refused' | 'last counts'
  maxAliases?: number
}

/** Every document of a text, as kubectl reads YAML and JSON; one that cannot be read takes nothing away from the others. Never throws. */
export function readYaml(text: string, reading: YamlReading = {}): YamlDocument[] {
  try {
    const documents = parseAllDocuments(text, {
      ...READING,
      uniqueKeys: reading.repeatedKeys !== 'last counts',
    })
    return documents.map((document) => valueOf(document, reading))
  } catch (error) {
    return [{ line: 1, says: firstLine(error) }]
  }
}

function valueOf(document: Document.Parsed, { maxAliases = 100 }: YamlReading): YamlDocument {
  const [wrong] = document.errors
  if (wrong)
    return {
      line: wrong.linePos?.[0].line ?? 1,
      says: firstLine(wrong).replace(/ at line \d+.*$/, ''),
    }
  try {
    return { value: document.toJS({ maxAliasCount: maxAliases }) as unknown }
  } catch (error) {
    return { line: 1, says: firstLine(error) }
  }
}
const firstLine = (error: unknown) =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? ''

/** An object as kubectl would write it: long numbers whole, and text that reads as something else quoted. */
export const writeYaml = (value: unknown): string => stringify(value, WRITING)
