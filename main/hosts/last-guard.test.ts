import { expect, test } from 'vitest'
import { isOfStream } from './last-guard'

const coded = (code: string) => Object.assign(new Error('x'), { code })
test.each([
  'ECONNRESET',
  'EPIPE',
  'ERR_STREAM_WRITE_AFTER_END',
  'ERR_HTTP_HEADERS_SENT',
  'WS_ERR_INVALID_UTF8',
  'UND_ERR_SOCKET',
  'EMFILE',
])('%s is lived with', (code) => expect(isOfStream(coded(code))).toBe(true))
test.each([
  ['a bug', new TypeError('x is not a function')],
  ['a full disk', coded('ENOSPC')],
  ['a damaged store', coded('ERR_SQLITE_ERROR')],
  ['a thrown text', 'ECONNRESET'],
])('%s ends the process', (_what, error) => expect(isOfStream(error)).toBe(false))
