import { expect, test } from 'vitest'
import { redact } from './redact'

test.each([
  ['Authorization: Bearer abc.def-123', 'abc.def'],
  ['token=s3cr3t&x=1', 's3cr3t'],
  ['{"password": "hunter2"}', 'hunter2'],
  ['AKIAIOSFODNN7EXAMPLE', 'AKIAIOSFODNN7EXAMPLE'],
  ['https://mara:pw@example.org/x', 'mara:pw'],
  ['eyJhbGciOi.eyJzdWIi.sig', 'eyJzdWIi'],
  [`-----BEGIN PRIVATE KEY-----\n${'A'.repeat(20)}\n-----END PRIVATE KEY-----`, 'AAAA'],
  ['k'.repeat(64), 'kkkk'],
])('%s is left out', (text, secret) => expect(redact(text)).not.toContain(secret))
test('ordinary words stay', () =>
  expect(redact('TypeError: x is undefined at Map (map.tsx:12)')).toBe(
    'TypeError: x is undefined at Map (map.tsx:12)',
  ))
