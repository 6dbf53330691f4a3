import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const renderer = fileURLToPath(new URL('../../renderer/', import.meta.url))
const ownerOf = (file: string) => /^capabilities\/[^/]+/.exec(file)?.[0] ?? 'the frame'
/** Classes that a stylesheet gives a look of their own, wherever on the page they stand. */
function classesOf(file: string): string[] {
  const css = readFileSync(renderer + file, 'utf8').replaceAll(/\/\*.*?\*\//gs, '')
  return [...css.matchAll(/([^{};]+)\{/g)].flatMap(([, selectors = '']) =>
    selectors.split(',').flatMap((one) => /^\.([\w-]+)$/.exec(one.trim())?.slice(1) ?? []),
  )
}

// Stylesheets come with the screens that are opened and stay: what two of them call the same looks as the last one opened says.
test('no class has its look from two capabilities, or from one and the frame', () => {
  const owners = new Map<string, Set<string>>()
  const files = globSync('**/*.css', { cwd: renderer })
  expect(files.length).toBeGreaterThan(10)
  for (const file of files)
    for (const name of classesOf(file))
      owners.set(name, (owners.get(name) ?? new Set()).add(ownerOf(file)))
  const shared = [...owners].filter(([, of]) => of.size > 1).map(([name, of]) => [name, ...of])
  expect(shared).toEqual([])
})
