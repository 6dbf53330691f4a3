// @vitest-environment happy-dom
import { act } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { findLeftTyping } from './kept-typing'
import { secretField, textField } from './texts'
import { defineForm, useForm, type Form } from './use-form'

const model = defineForm({
  id: 'test.form',
  fields: {
    name: textField(z.string()),
    proxy: textField(z.string()),
    password: secretField(z.string()),
  },
  example: { name: 'x', proxy: '', password: '' },
})
type Fields = (typeof model)['fields']
const BLANK = { name: '', proxy: '', password: '' }

const roots: Root[] = []
let form: Form<Fields, unknown>
function Shown({ start }: { start: typeof BLANK }) {
  form = useForm(model, start)
  return null
}
/** A page that begins; the one before it is left as it is, as one that was killed. */
function page(start = BLANK) {
  findLeftTyping()
  const root = createRoot(document.createElement('div'))
  roots.push(root)
  act(() => root.render(<Shown start={start} />))
  return { close: () => act(() => root.unmount()) }
}
const type = (change: Partial<typeof BLANK>) => act(() => form.set(change))

const touch = (hasBeenActive: boolean) =>
  Object.defineProperty(navigator, 'userActivation', {
    value: { hasBeenActive },
    configurable: true,
  })
beforeEach(() => {
  touch(false)
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true })
  sessionStorage.clear()
  location.hash = '#/settings'
})
afterEach(() => {
  for (const root of roots.splice(0)) act(() => root.unmount())
})

test('what was typed comes back once when the page was killed under it', () => {
  page()
  type({ name: 'half a sen' })
  page()
  expect([form.typed.name, form.dirty]).toEqual(['half a sen', true])
  const { close } = page()
  expect(form.typed.name).toBe('half a sen')
  touch(true)
  close()
  page()
  expect(form.typed.name).toBe('')
})

test('a page that begins may draw the form again before anybody touches it, and not once somebody did', () => {
  const again = () => {
    const root = createRoot(document.createElement('div'))
    roots.push(root)
    act(() => root.render(<Shown start={BLANK} />))
  }
  page()
  type({ name: 'half a sen' })
  page().close()
  again()
  expect(form.typed.name).toBe('half a sen')
  // A form that is drawn anew under another key is there before the one it follows has gone.
  act(() => roots.at(-1)?.render(<Shown key="settings have come" start={BLANK} />))
  expect(form.typed.name).toBe('half a sen')
  touch(true)
  for (const root of roots.splice(0)) act(() => root.unmount())
  again()
  expect(form.typed.name).toBe('')
})

test.each<[what: string, end: () => void, start?: typeof BLANK]>([
  ['at another address', () => (location.hash = '#/discover')],
  ['that begins with something else by now', () => undefined, { ...BLANK, name: 'mara' }],
  ['whose text was taken back', () => type({ name: '' })],
  ['that was emptied after use', () => act(() => form.reset())],
])('a form %s begins afresh', (_what, end, start = BLANK) => {
  page()
  type({ name: 'half a sen' })
  end()
  page(start)
  expect(form.typed).toEqual(start)
})

test('no secret and no address with a password is kept anywhere', () => {
  page()
  type({ name: 'n', proxy: 'see http://mia:hunter22@proxy:3128', password: 'swordfish' })
  const kept = JSON.stringify({ ...sessionStorage })
  expect(kept).toContain('test.form')
  expect(kept).not.toMatch(/hunter22|swordfish/)
  page()
  expect(form.typed).toEqual({ ...BLANK, name: 'n' })
})

test('what lies in the storage and is none of ours changes nothing', () => {
  sessionStorage.setItem('takt.typed test.form #/settings', '{"start": 7')
  page()
  expect(form.typed).toEqual(BLANK)
})
