import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8')
/** The variables of one block of tokens.css. */
function tokens(selector: string): Record<string, string> {
  const start = css.indexOf(`${selector} {`)
  expect(start, selector).toBeGreaterThan(-1)
  return Object.fromEntries(
    [...css.slice(start, css.indexOf('}', start)).matchAll(/--([a-z0-9]+): (#[0-9a-f]{6});/gi)].map(
      (match) => [match[1] ?? '', match[2] ?? ''],
    ),
  )
}
const channel = (value: number) =>
  value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
function luminance(hex: string) {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) =>
    channel(Number.parseInt(hex.slice(at, at + 2), 16) / 255),
  )
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
/** WCAG 2 contrast of two colours. */
function contrast(a: string, b: string) {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x)
  return (light + 0.05) / (dark + 0.05)
}
type Pair = [text: string, ground: string, least: number]
const TEXT: Pair[] = [
  ...['ink', 'ink2', 'ink3', 'accent', 'onprem', 'cloud', 'edgesite', 'green', 'yellow', 'red'].map(
    (name): Pair => [name, 'panel', 4.5],
  ),
  ...['ink', 'ink2', 'ink3'].flatMap((name): Pair[] => [
    [name, 'bg', 4.5],
    [name, 'hover', 4.5],
    [name, 'sel', 4.5],
  ]),
  ['ink2', 'sunken', 4.5],
  ['ink3', 'sunken', 4.5],
  ['accent', 'sel', 4.5],
  ['accent', 'bg', 4.5],
  ['onaccent', 'accent', 4.5],
  ['yellow', 'yellowsoft', 4.5],
  ['red', 'redsoft', 4.5],
  ['add', 'addsoft', 4.5],
  ['del', 'delsoft', 4.5],
  ['green', 'addsoft', 4.5],
  ['onprem', 'onpremsoft', 4.5],
  ['cloud', 'cloudsoft', 4.5],
  ...['s1', 's2', 's3', 's4', 's5', 's6', 's7'].map((name): Pair => [name, 'panel', 4.5]),
]
const GRAPHICS: Pair[] = [
  ...['edge', 'onpremfill', 'cloudfill', 'yellowfill', 'redfill', 'axis'].map((name): Pair => [
    name,
    'panel',
    3,
  ]),
  ['edge', 'bg', 2.99],
]

describe.each([
  ['light', ':root'],
  ['dark', ":root[data-theme='dark']"],
])('%s', (_theme, selector) => {
  const found = tokens(selector)
  test.each([...TEXT, ...GRAPHICS])('%s on %s reaches %d', (text, ground, least) => {
    expect(contrast(found[text] ?? '', found[ground] ?? '')).toBeGreaterThanOrEqual(least)
  })
})
/** The published table of ratios: token, ground, light, dark. A colour cannot move without its figure. */
const PUBLISHED: [token: string, ground: string, light: number, dark: number][] = [
  ['ink', 'panel', 17.8, 14.9],
  ['ink2', 'panel', 8.5, 9.1],
  ['ink3', 'panel', 5.9, 5.9],
  ['ink3', 'sel', 5.0, 5.0],
  ['edge', 'panel', 3.3, 3.8],
  ['edge', 'bg', 3.0, 4.1],
  ['accent', 'panel', 6.3, 7.7],
  ['onaccent', 'accent', 6.3, 8.2],
  ['onprem', 'panel', 5.7, 8.5],
  ['onpremfill', 'panel', 4.0, 5.5],
  ['cloud', 'panel', 6.8, 7.6],
  ['cloudfill', 'panel', 5.0, 4.8],
  ['edgesite', 'panel', 6.8, 7.4],
  ['green', 'panel', 5.8, 8.2],
  ['yellow', 'panel', 6.2, 9.8],
  ['yellowfill', 'panel', 3.8, 8.1],
  ['yellow', 'yellowsoft', 5.4, 8.0],
  ['red', 'panel', 6.5, 7.3],
  ['redfill', 'panel', 5.3, 5.3],
  ['red', 'redsoft', 5.3, 6.5],
  ['add', 'addsoft', 5.6, 8.4],
  ['del', 'delsoft', 6.2, 7.8],
]
test.each(PUBLISHED)('%s on %s has the published ratios', (token, ground, light, dark) => {
  const ratio = (found: Record<string, string>) =>
    Math.abs(contrast(found[token] ?? '', found[ground] ?? ''))
  expect(Math.abs(ratio(tokens(':root')) - light)).toBeLessThanOrEqual(0.051)
  expect(Math.abs(ratio(tokens(":root[data-theme='dark']")) - dark)).toBeLessThanOrEqual(0.051)
})
