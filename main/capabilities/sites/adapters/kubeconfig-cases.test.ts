import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readKubeconfigs } from './kubeconfig'
import { textOf } from './kubeconfig-parts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'takt-kubeconfig-cases-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))
const at = (name: string, content: string) => {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}
const read = (path: string) => readKubeconfigs([{ path, asked: true }])

const CASES = join(process.env['TAKT_TEST_DATA'] ?? '', 'cluster-cases', 'kubeconfigs')
const shared = (name: string, bytes = readFileSync(join(CASES, name))) => {
  const text = textOf(bytes)
    .replaceAll('{{SERVER}}', 'https://127.0.0.1:45663')
    .replace(/\{\{(CA|CERT|KEY)\}\}/g, 'YQ==')
  return at(name, text)
}
/** Those that kubectl can use, and what is wrong with the others: a part of what is said. */
const SHAPES: Record<string, { usable: string[]; told?: string[] }> = {
  '01-empty-cluster.yaml': {
    usable: ['ctx'],
    told: ['context default/foo/kubeuser names no cluster'],
  },
  '01b-null-context.yaml': { usable: ['ctx'], told: ['context dangling names no cluster'] },
  '01d-no-server.yaml': {
    usable: ['ctx'],
    told: ['cluster nosrv cannot be used: server: it is missing; without it context nosrv'],
  },
  '04-numeric-names.yaml': { usable: [], told: ['write "123" in quotes', '"456"', '"789"'] },
  '04b-numeric-token.yaml': {
    usable: [],
    told: ['user us cannot be used: token: a text is needed: put it in quotes; without it context'],
  },
  '08c-exec-env-number.yaml': { usable: [], told: ['user us cannot be used: exec.args.1: a text'] },
  '14b-user-missing.yaml': { usable: [], told: ['names user nobody, which is nowhere'] },
  '15-dup-context.yaml': { usable: ['ctx'], told: ['context ctx is there twice'] },
  '18c-multidoc.yaml': { usable: ['one'], told: ['behind the first ---'] },
  '22b-auth-provider-bool.yaml': { usable: [], told: ['auth-provider.config.config-mode'] },
  '23-kind-list.yaml': { usable: [], told: ['it is a List, and no kubeconfig'] },
  '24-pod-not-config.yaml': { usable: [], told: ['it is a Pod, and no kubeconfig'] },
  '27-token-newline.yaml': { usable: [], told: ['token: it holds a line break'] },
  '50-set-cluster-without-server.yaml': {
    usable: ['takt-tests'],
    told: ['cluster halfway cannot be used: server: it is missing'],
  },
  '02-names-differ.yaml': { usable: ['my-context-name'] },
  '03-prefix.yaml': { usable: ['prefixed'] },
  '09-odd-names.yaml': { usable: ['arn:aws:eks:eu-west-1:123456789012:cluster/prod'] },
  '16a-first.yaml': { usable: ['ctx-a'] },
  '16b-second.yaml': { usable: ['ctx-b'] },
  '30-bob.yaml': { usable: ['bob'] },
  '40-added.yaml': { usable: ['added-later'] },
}
describe.skipIf(!process.env['TAKT_TEST_DATA'])('what real people have', () => {
  const files = process.env['TAKT_TEST_DATA'] ? readdirSync(CASES) : []
  test.each(files)('%s', (name) => {
    const { usable, told = [] } = SHAPES[name] ?? { usable: ['ctx'] }
    const { contexts, unreadable } = read(shared(name))
    expect(contexts.map(({ id }) => id)).toEqual(usable)
    expect(unreadable.map(({ data }) => (data as { cause: string }).cause)).toEqual(
      told.map((part) => expect.stringContaining(part) as string),
    )
  })
  test('UTF-16 of either order is read as it stands', () => {
    const utf16 = readFileSync(join(CASES, '18f-utf16.yaml'))
    const swapped = Buffer.from(utf16).swap16()
    for (const bytes of [utf16, swapped]) {
      writeFileSync(join(folder, 'utf16'), bytes)
      // Its address is the placeholder, which only text of the right order can show.
      const [told] = read(join(folder, 'utf16')).unreadable
      expect(told?.data).toMatchObject({
        cause: expect.stringContaining('cluster cl cannot be used: server') as string,
      })
    }
  })
})
