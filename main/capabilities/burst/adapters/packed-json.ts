import { failure, type Failure } from '../../../../preload/contract/failures'
import { fail, succeed, type Outcome } from '../../../kernel/outcome'
import { readPacked } from './trace-csv'

/** A file that cannot be used, named with the reason. */
export const refusedFile = (file: string, says: string): { ok: false; failure: Failure } =>
  fail(failure('INVALID', { issues: [{ path: file, says }] }))

/** The JSON of a file, packed or not; fails with INVALID where it is none. */
export async function readPackedJson(file: string): Promise<Outcome<unknown>> {
  const bytes = await readPacked(file)
  return bytes.ok ? parsePackedJson(bytes.value, file) : bytes
}

/** The JSON that some unpacked bytes hold; fails with INVALID where they hold none. */
export function parsePackedJson(bytes: Buffer, file: string): Outcome<unknown> {
  try {
    return succeed(JSON.parse(bytes.toString('utf8')) as unknown)
  } catch {
    return refusedFile(file, 'is not JSON')
  }
}
