import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8')
/** The variables of one block of tokens.css. */
function tokens(selector: string): Record<string, string> {
  const start = css.indexOf(`${selector} {`)
  expect(start, selector).toBeGreaterThan(-1)
  return Object.fromEntries([...css.slice(start, css.indexOf('}', start)).matchAll(/--([a-z0-9]+): (#[0-9A-F]{6});/g)].map((match) => [match[1] ?? '', match[2] ?? '']))
}
const channel = (value: number) => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
function luminance(hex: string) {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => channel(Number.parseInt(hex.slice(at, at + 2), 16) / 255))
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
/** WCAG 2 contrast of two colours. */
function contrast(a: string, b: string) {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x)
  return (light + 0.05) / (dark + 0.05)
}
type Pair = [text: string, ground: string, least: number]
const TEXT: Pair[] = [
  ...['ink', 'ink2', 'ink3', 'accent', 'onprem', 'cloud', 'edgesite', 'green', 'yellow', 'red'].map((name): Pair => [name, 'panel', 4.5]),
  ...['ink', 'ink2', 'ink3'].flatMap((name): Pair[] => [[name, 'bg', 4.5], [name, 'hover', 4.5], [name, 'sel', 4.5]]),
  ['ink2', 'sunken', 4.5], ['ink3', 'sunken', 4.5], ['accent', 'sel', 4.5], ['accent', 'bg', 4.5], ['onaccent', 'accent', 4.5], ['yellow', 'yellowsoft', 4.5], ['red', 'redsoft', 4.5],
  ['add', 'addsoft', 4.5], ['del', 'delsoft', 4.5], ['green', 'addsoft', 4.5], ['onprem', 'onpremsoft', 4.5], ['cloud', 'cloudsoft', 4.5],
  ...['s1', 's2', 's3', 's4', 's5', 's6', 's7'].map((name): Pair => [name, 'panel', 4.5]),
]
const GRAPHICS: Pair[] = [
  ...['edge', 'onpremfill', 'cloudfill', 'yellowfill', 'redfill', 'axis'].map((name): Pair => [name, 'panel', 3]), ['edge', 'bg', 2.99],
]

describe.each([['light', ':root'], ['dark', ":root[data-theme='dark']"]])('%s', (_theme, selector) => {
  const found = tokens(selector)
  test.each([...TEXT, ...GRAPHICS])('%s on %s reaches %d', (text, ground, least) => {
    expect(contrast(found[text] ?? '', found[ground] ?? '')).toBeGreaterThanOrEqual(least)
  })
})
test('the ratios of the colour table are the ones computed here', () => {
  const light = tokens(':root')
  expect(contrast(light['ink'] ?? '', light['panel'] ?? '')).toBeCloseTo(17.8, 0)
  expect(contrast(light['accent'] ?? '', light['panel'] ?? '')).toBeCloseTo(6.3, 1)
})
