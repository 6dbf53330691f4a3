import { expect, test } from 'vitest'
import { makeLog } from './log'
import { redact, redactText } from './redact'

test.each([
  ['a bearer token', 'Authorization: Bearer abc.def-123', 'abc.def-123'],
  ['a service account token', 'got eyJhbGciOi.eyJzdWIiOi.c2ln here', 'eyJzdWIiOi'],
  ['an EKS token', 'k8s-aws-v1.aHR0cHM6Ly9zdHM', 'aHR0cHM6Ly9zdHM'],
  [
    'a presigned address',
    'https://sts/?X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F2026&X-Amz-Signature=deadbeef01',
    'deadbeef01',
  ],
  ['an access key', 'key AKIAIOSFODNN7EXAMPLE', 'AKIAIOSFODNN7EXAMPLE'],
  [
    'a kubeconfig line',
    'users:\n- user:\n    client-key-data: LS0tLS1CRUdJTg==',
    'LS0tLS1CRUdJTg==',
  ],
  ['a token line', 'token: s3cr3t-value', 's3cr3t-value'],
  ['a private key', '-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----', 'MIIE'],
  ['a password in an address', 'http://mia:hunter22@proxy:3128', 'hunter22'],
])('%s is hidden', (_what, text, secret) => {
  expect(redactText(text)).not.toContain(secret)
  expect(redactText(text)).toContain('[hidden]')
})

test('what is no secret stays as it was', () => {
  const text = 'The token of rack-1 was refused; 12 pods in namespace tokens.'
  expect(redactText(text)).toBe(text)
})

test('fields named like a secret are hidden whole, at any depth, and errors keep their words', () => {
  const shown = JSON.stringify(
    redact({
      user: { name: 'mia', clientKeyData: 'A1', idToken: 'A2', nested: [{ password: 'A3' }] },
      error: new Error('Bearer A4A4A4'),
    }),
  )
  expect(shown).toContain('mia')
  for (const secret of ['A1', 'A2', 'A3', 'A4A4A4']) expect(shown).not.toContain(secret)
})

test('a log line is one JSON object with its time', () => {
  const lines: string[] = []
  makeLog({ now: () => Date.parse('2026-11-18T14:32:00Z') }, (line) => lines.push(line)).warn(
    'token=abcdef',
    { site: 'rack', authorization: 'Bearer x' },
  )
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    {
      at: '2026-11-18T14:32:00Z',
      level: 'warn',
      says: 'token=[hidden]',
      site: 'rack',
      authorization: '[hidden]',
    },
  ])
})
