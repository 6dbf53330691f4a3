import AxeBuilder from '@axe-core/playwright'
import type { Page } from 'playwright'
import { expect } from 'vitest'

const shots = process.env['TAKT_SHOTS']

/** Waits until nothing that ends by itself moves any more: a colour on its way to another has neither one's contrast. */
export const settled = (page: Page) =>
  page.waitForFunction(() =>
    document
      .getAnimations()
      .every(
        ({ playState, effect }) =>
          playState !== 'running' || effect?.getComputedTiming().endTime === Infinity,
      ),
  )

/** What an accessibility check finds wrong on the page once it stands still, each with the elements it means. */
export async function violationsOf(page: Page): Promise<string[]> {
  await settled(page)
  return (await new AxeBuilder({ page }).analyze()).violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`,
  )
}

/** Takes pictures where they are wanted, and finds no violation in either theme. */
export async function inBothThemes(page: Page, name: string): Promise<void> {
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme })
    await page.locator(`html[data-theme=${theme}]`).waitFor()
    if (shots) await page.screenshot({ path: `${shots}/${name}.${theme}.png` })
    expect(await violationsOf(page), theme).toEqual([])
  }
}

/** Collects errors of the page, refused content among them, as long as it is open. */
export function hearFaults(page: Page, faults: string[]): void {
  page.on('pageerror', (error) => faults.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text())
  })
}

/** Faults beside those that a browser tells of by itself while the core it asks is away. */
export const besideOutage = (faults: readonly string[]) =>
  faults.filter(
    (fault) => !/WebSocket|net::ERR_(CONNECTION_REFUSED|INTERNET_DISCONNECTED)/.test(fault),
  )

/** Presses a button by keyboard alone, once it may be pressed. */
export async function press(page: Page, name: string | RegExp): Promise<void> {
  await page
    .getByRole('button', { name })
    .and(page.locator(':not([aria-disabled=true])'))
    .first()
    .press('Enter')
}
/** Types into the palette and opens what it found under that name, once that is what Enter would open. */
export async function openFromPalette(
  page: Page,
  typed: string,
  found: string | RegExp,
): Promise<void> {
  await typeInPalette(page, typed)
  await page.getByRole('option', { name: found, selected: true }).waitFor()
  await page.keyboard.press('Enter')
}
/** Opens the palette and types into it once it has the keyboard. */
export async function typeInPalette(page: Page, typed: string): Promise<void> {
  await page.keyboard.press('Control+k')
  await page.locator('.palette-input:focus').waitFor()
  await page.keyboard.type(typed)
}
/** Confirms the plan that is shown, once it may be. */
export async function confirmPlan(page: Page): Promise<void> {
  await page.locator('.plan .panel-foot .button.primary:not([aria-disabled])').waitFor()
  await page.keyboard.press('Control+Enter')
}
