import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { kindOf } from '../../renderer/design/form/texts'
import { launchBrowser } from '../support/browser'
import { FORMS, type AnyForm } from '../support/forms'
import { startHost, type RunningHost } from '../support/host'
import { hearFaults } from '../support/looking'
import { ODD_INPUT } from '../support/odd-input'

let browser: Browser, page: Page, host: RunningHost
const faults: string[] = []
/** Opens a screen anew, so that no form of the one before stands there. */
const go = async (path: string) => {
  await page.keyboard.press('Escape')
  await page.evaluate((to) => {
    location.hash = `#${to}`
  }, path)
}
const press = (name: string | RegExp) => page.getByRole('button', { name }).first().click()

beforeAll(async () => {
  browser = await launchBrowser()
  host = await startHost()
  page = await (
    await browser.newContext({ viewport: { width: 1440, height: 1100 }, reducedMotion: 'reduce' })
  ).newPage()
  page.setDefaultTimeout(20_000)
  hearFaults(page, faults)
  await page.goto(host.address)
  await press(/Open the plant/)
  await page.getByRole('heading', { name: 'Discovery line' }).waitFor()
})
afterAll(async () => {
  await browser?.close()
  await host?.stop()
})

/** An item that is about to be handed over: it has a revision, and gates that are open. */
const toItem = async () => {
  await go('/map')
  await page
    .getByRole('region', { name: /Drift check/ })
    .getByRole('listitem')
    .first()
    .getByRole('link')
    .click()
}
/** How each form comes onto the screen of the plant. A form that is declared and not here fails the first test. */
const WAYS: Record<string, () => Promise<void>> = {
  'projects.define': () => go('/discover/new/odd/define'),
  'environments.machine': async () => {
    await go('/discover/new/odd/environment')
    await page.getByRole('radio', { name: /CPU small/ }).waitFor()
  },
  'projects.edit': async () => {
    await go('/discover/voice-spoof')
    await press('Edit')
  },
  'people.member': () => go('/discover/voice-spoof'),
  'catalog.tool': async () => {
    await go('/data')
    await press('Bring a tool…')
  },
  'catalog.source': async () => {
    await go('/data?')
    await press('Add a source…')
  },
  'catalog.note': async () => {
    await go('/data')
    await press(/^Jupyter/)
  },
  'cloud.group': async () => {
    await go('/burst/machines')
    await press('New node group')
  },
  'cloud.scale': async () => {
    await go('/burst/machines')
    await press(/^Scale /)
  },
  'burst.layout': async () => {
    await go('/burst/machines')
    await press('Lay out queues')
  },
  'burst.policy': () => go('/burst/policy'),
  'burst.reason': async () => {
    await go('/burst/policy')
    await press(/^Stop everything/)
  },
  'drift.monitor': async () => {
    await go('/drift')
    await press('Watch a model…')
  },
  'drift.open-bundle': async () => {
    await go('/drift')
    await press('Open a bundle…')
  },
  'drift.save-bundle': async () => {
    await go('/drift')
    await press('Save a bundle…')
  },
  'drift.verdict': () => go('/drift'),
  'objects.scale': async () => {
    await go('/cluster/oslo/workloads?kind=Deployment&q=serve')
    await page.getByRole('row').filter({ hasText: 'serve' }).first().click()
    await press('Scale…')
  },
  'objects.forward': async () => {
    await go('/cluster/oslo/pods?q=serve')
    await page.getByRole('row').filter({ hasText: 'serve' }).first().click()
    await page.getByRole('complementary').getByRole('radio', { name: 'Ports' }).click()
  },
  'settings.person': () => go('/settings'),
  'settings.kubeconfig': () => go('/settings'),
  'settings.network': () => go('/settings'),
  'sites.gpu-source': () => go('/settings'),
  'people.ldap': async () => {
    await go('/settings')
    await page.getByRole('radio', { name: /LDAP/ }).click()
  },
  'sites.oidc': async () => {
    await go('/connect')
    await page.getByRole('radio', { name: /OpenID/ }).click()
  },
  'revisions.save': async () => {
    await go('/discover/voice-spoof/voice-spoof-nb')
    await press(/^Save a revision/)
  },
  'revisions.reproduce': async () => {
    await toItem()
    await page
      .locator('section.panel')
      .filter({ has: page.getByRole('heading', { name: 'Revisions', exact: true }) })
      .locator('tbody tr')
      .first()
      .click()
  },
  'backlog.waiver': async () => {
    await toItem()
    await press(/^Waive /)
  },
  'backlog.describe': () => toItem(),
}
/** What the plant never shows, and why; the rules of their fields are walked without a page all the same. */
const NOT_REACHED: Record<string, string> = {
  'people.password': 'asked for after a directory of one’s own was named, which the plant has not',
  'sites.members': 'stands beside Prepare, and the plant is prepared already',
}
/** Fields that stand on the screen only after another choice. */
const ELSEWHERE = new Set(['environments.machine.replicas'])

const typedInto = (form: AnyForm) =>
  Object.entries(form.fields)
    .filter(([, field]) => ['number', 'text', 'day'].includes(kindOf(field)))
    .map(([name]) => name)

interface Standing {
  stands: string
  marked: boolean
  note: string
  /** Buttons that would run a plan. */ live: number
}
/** Types every text into one field, one after the other in one go, and tells what stood there when the page had drawn it. */
const walk = (field: string) =>
  page
    .evaluate(
      async ({ selector, texts }) => {
        const found = () => document.querySelector<HTMLInputElement | HTMLTextAreaElement>(selector)
        const drawn = () =>
          new Promise((done) => requestAnimationFrame(() => setTimeout(done as () => void)))
        const look = (): Standing => {
          const field = found()
          const note = document.getElementById(field?.getAttribute('aria-describedby') ?? '')
          return {
            stands: field?.value ?? 'gone',
            marked: field?.getAttribute('aria-invalid') === 'true',
            note: note?.innerText ?? '',
            live: document.querySelectorAll(
              '.plan .panel-foot .button:is(.primary, .danger):not([aria-disabled])',
            ).length,
          }
        }
        const told: Standing[] = [look()]
        for (const text of texts) {
          const control = found()
          if (!control) throw new Error(`${selector} is gone`)
          const of = control instanceof HTMLTextAreaElement ? HTMLTextAreaElement : HTMLInputElement
          Object.getOwnPropertyDescriptor(of.prototype, 'value')?.set?.call(control, text)
          control.dispatchEvent(new Event('input', { bubbles: true }))
          await drawn()
          told.push(look())
        }
        return told
      },
      // A text first, for a field that is empty already is not emptied.
      { selector: `[data-field="${field}"]`, texts: ['x', ...ODD_INPUT.map(([, text]) => text)] },
    )
    .then(([start, , ...told]) => ({ start: start?.stands ?? '', told }))
/** What cannot be read is said at its field, and while it stands there nothing can be run. */
function holds(
  form: AnyForm,
  name: string,
  { what, of, start }: { what: string; of: Standing; start: string },
) {
  const at = `${form.id}.${name}: ${what}`
  const [read, begun] = [of.stands, start].map((text) => form.fields[name]?.safeParse(text))
  // The plan of what stood there before is not the plan of this, unless both read as the same.
  const isPlanned = read?.success && JSON.stringify(read.data) === JSON.stringify(begun?.data)
  if (!isPlanned) expect(of.live, at).toBe(0)
  if (read?.success) return
  expect(of.marked, at).toBe(true)
  expect(of.note, at).toMatch(/[.…]$/)
}

test('every form that is declared has a way onto the screen, or a reason why not', () => {
  const known = [...Object.keys(WAYS), ...Object.keys(NOT_REACHED)]
  expect(FORMS.map(({ id }) => id).sort()).toEqual(known.sort())
})

describe('while a field cannot be read, it says so and no plan can be run', () => {
  test.each(FORMS.filter(({ id }) => id in WAYS).map((form) => [form.id, form] as const))(
    '%s',
    async (id, form) => {
      await WAYS[id]?.()
      await page.locator(`[data-field^="${id}."]`).first().waitFor()
      for (const name of typedInto(form)) {
        if (ELSEWHERE.has(`${id}.${name}`)) continue
        const { start, told } = await walk(`${id}.${name}`)
        for (const [at, of] of told.entries())
          holds(form, name, { what: ODD_INPUT[at]?.[0] ?? '', of, start })
      }
      expect(faults).toEqual([])
    },
  )
})
