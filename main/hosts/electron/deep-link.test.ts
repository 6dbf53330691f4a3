import { describe, expect, test } from 'vitest'
import { pathOfDeepLink } from './deep-link'

describe('takt:// addresses', () => {
  test.each([
    ['takt://map', '/map'],
    ['takt://line/voice/voice-spoof', '/line/voice/voice-spoof'],
    ['takt:///data', '/data'],
    ['takt://discover/new/draft-1/define', '/discover/new/draft-1/define'],
  ])('%s leads to %s', (address, path) => expect(pathOfDeepLink(address)).toBe(path))
  test.each([
    'https://map',
    'takt://',
    'takt://elsewhere',
    'takt://line/../settings/x',
    'takt://line/A B',
    'takt://map?x=<script>',
    'takt://line/a/b/c/d',
    'not an address',
    'takt://line/%2e%2e/x',
  ])('%s leads nowhere that it names', (address) => {
    const path = pathOfDeepLink(address)
    expect(path === undefined || /^\/(map|line|settings)(\/[a-z0-9-]+)*$/.test(path)).toBe(true)
    expect(path ?? '').not.toMatch(/[<>%\s]|\.\./)
  })
})
