import AxeBuilder from '@axe-core/playwright'
import type { Page } from 'playwright'
import { expect } from 'vitest'

const shots = process.env['TAKT_SHOTS']

/** What an accessibility check finds wrong on the page, each with the elements it means. */
export const violationsOf = async (page: Page): Promise<string[]> =>
  (await new AxeBuilder({ page }).analyze()).violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`)

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
  page.on('console', (message) => { if (message.type() === 'error') faults.push(message.text()) })
}

/** Presses a button by keyboard alone. */
export async function press(page: Page, name: string | RegExp): Promise<void> {
  await page.getByRole('button', { name }).first().focus()
  await page.keyboard.press('Enter')
}
/** Confirms the plan that is shown, once it may be. */
export async function confirmPlan(page: Page): Promise<void> {
  await page.locator('.plan .panel-foot .button.primary:not([aria-disabled])').waitFor()
  await page.keyboard.press('Control+Enter')
}
