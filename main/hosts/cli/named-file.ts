import { explain } from '../../../preload/contract/explain'
import { MOST_BYTES, readRegularText } from '../../platform/files'
import { readYaml } from '../../platform/yaml'
import { EXIT, Stop } from './session'

/** The text of a file that a person named, or of standard input for "-"; ends the command where it cannot be read. */
export async function namedText(file: string): Promise<string> {
  if (file === '-') return standardInput()
  const read = await readRegularText(file, { mostBytes: MOST_BYTES.manifest })
  if (read.ok) return read.value
  const { says, remedy } = explain(read.failure)
  throw new Stop(EXIT.usage, says, remedy)
}

async function standardInput(): Promise<string> {
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of process.stdin as AsyncIterable<Uint8Array>) {
    bytes += part.length
    if (bytes > MOST_BYTES.manifest)
      throw new Stop(
        EXIT.usage,
        `Standard input has more than ${String(MOST_BYTES.manifest / 2 ** 20)} MB.`,
        'Send the one manifest that is meant.',
      )
    parts.push(Buffer.from(part))
  }
  return Buffer.concat(parts).toString('utf8')
}

/** The one document that a file holds as JSON or YAML, as kubectl reads it. */
export async function namedDocument(file: string): Promise<unknown> {
  const [document, another] = readYaml(await namedText(file))
  if (!document || another)
    throw new Stop(
      EXIT.usage,
      `${file} holds ${document ? 'several documents' : 'nothing'}.`,
      'Name a file with one document of JSON or YAML.',
    )
  if ('value' in document) return document.value
  throw new Stop(
    EXIT.usage,
    `${file} is neither JSON nor YAML: line ${String(document.line)}: ${document.says}.`,
    'Correct the file.',
  )
}
