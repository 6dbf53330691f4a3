import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const scratch = mkdtempSync(join(tmpdir(), 'takt-rules-'))
symlinkSync(join(root, 'node_modules'), join(scratch, 'node_modules'))
cpSync(join(root, 'tsconfig.json'), join(scratch, 'tsconfig.json'))
mkdirSync(join(scratch, 'test/architecture'), { recursive: true })
for (const file of ['boundaries.cjs', 'eslint.config.mjs'])
  cpSync(join(root, 'test/architecture', file), join(scratch, 'test/architecture', file))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

/** Writes a small tree, runs a checker over it, and answers what it printed when it refused; undefined when it was content. */
function refused(
  files: Record<string, string>,
  checker: string,
  args: string[],
): string | undefined {
  for (const folder of ['main', 'preload', 'renderer']) {
    rmSync(join(scratch, folder), { recursive: true, force: true })
    mkdirSync(join(scratch, folder))
  }
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(scratch, path)), { recursive: true })
    writeFileSync(join(scratch, path), text)
  }
  try {
    execFileSync(process.execPath, [join(root, 'node_modules', checker), ...args], {
      cwd: scratch,
      encoding: 'utf8',
      stdio: 'pipe',
    })
    return undefined
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    return `${stdout}\n${stderr}`
  }
}
const boundaries = (files: Record<string, string>) =>
  refused(files, 'dependency-cruiser/bin/dependency-cruise.mjs', [
    '--config',
    'test/architecture/boundaries.cjs',
    'main',
    'preload',
    'renderer',
  ])
const lint = (files: Record<string, string>) =>
  refused(files, 'eslint/bin/eslint.js', [
    '--config',
    'test/architecture/eslint.config.mjs',
    '--max-warnings',
    '0',
    'main',
    'preload',
    'renderer',
    '--no-error-on-unmatched-pattern',
  ])

const word = 'export const word = 1\n'
const uses = (path: string) => `import { word } from '${path}'\nexport const used = word\n`

describe('import boundaries', () => {
  test('a tree that keeps them is accepted', () => {
    expect(
      boundaries({
        'main/kernel/clock.ts': word,
        'main/capabilities/burst/domain/decide.ts': uses('../../../kernel/clock'),
        'main/capabilities/burst/index.ts': uses('./domain/decide'),
        'main/capabilities/drift/service.ts': uses('../burst'),
        'preload/contract/index.ts': word,
        'renderer/main.tsx': uses('../preload/contract'),
      }),
    ).toBeUndefined()
  })
  test.each<[rule: string, files: Record<string, string>]>([
    [
      'no-cycles',
      {
        'main/kernel/a.ts': `${uses('./b').replace('word }', 'used as word }')}`,
        'main/kernel/b.ts': `${uses('./a').replace('word }', 'used as word }')}`,
      },
    ],
    [
      'domain-is-pure',
      {
        'main/capabilities/burst/domain/decide.ts':
          "import { readFileSync } from 'node:fs'\nexport const x = readFileSync\n",
      },
    ],
    [
      'kernel-stands-alone',
      { 'main/platform/x.ts': word, 'main/kernel/a.ts': uses('../platform/x') },
    ],
    [
      'contract-is-platform-free',
      { 'preload/contract/index.ts': "import { join } from 'node:path'\nexport const x = join\n" },
    ],
    [
      'renderer-sees-only-the-contract',
      { 'main/kernel/a.ts': word, 'renderer/main.ts': uses('../main/kernel/a') },
    ],
    [
      'renderer-has-no-node',
      { 'renderer/main.ts': "import { join } from 'node:path'\nexport const x = join\n" },
    ],
    [
      'design-knows-no-operations',
      {
        'renderer/capabilities/flow/store.ts': word,
        'renderer/design/table.ts': uses('../capabilities/flow/store'),
      },
    ],
    [
      'electron-only-in-its-host',
      { 'main/compose.ts': "import { app } from 'electron'\nexport const x = app\n" },
    ],
    [
      'capabilities-meet-at-index',
      {
        'main/capabilities/burst/service.ts': word,
        'main/capabilities/drift/service.ts': uses('../burst/service'),
      },
    ],
    [
      'only-compose-knows-the-plant',
      { 'main/plant/index.ts': word, 'main/capabilities/sites/service.ts': uses('../../plant') },
    ],
    [
      'kubeconfigs-are-parsed-in-a-thread',
      {
        'main/capabilities/sites/adapters/kubeconfig.ts': word,
        'main/capabilities/sites/service.ts': uses('./adapters/kubeconfig'),
      },
    ],
    [
      'core-knows-no-host',
      { 'main/hosts/csp.ts': word, 'main/capabilities/sites/service.ts': uses('../../hosts/csp') },
    ],
  ])('%s is enforced', (rule, files) => expect(boundaries(files)).toContain(rule))
})

describe('lint', () => {
  test('a tidy file is accepted', () => expect(lint({ 'main/kernel/a.ts': word })).toBeUndefined())
  test.each<[rule: string, text: string]>([
    [
      'max-lines',
      Array.from({ length: 301 }, (_, line) => `export const line${line} = ${line}`).join('\n'),
    ],
    [
      'max-lines-per-function',
      `export function long() {\n${Array.from({ length: 51 }, (_, line) => `  void ${line}`).join('\n')}\n}\n`,
    ],
    [
      'complexity',
      `export function tangled(n: number) {\n${Array.from({ length: 13 }, (_, branch) => `  if (n === ${branch}) return ${branch}`).join('\n')}\n  return n\n}\n`,
    ],
    [
      'max-params',
      'export const wide = (a: number, b: number, c: number, d: number) => a + b + c + d\n',
    ],
    ['no-explicit-any', 'export const loose = (x: any) => x\n'],
    ['no-non-null-assertion', 'export const sure = (x: string | undefined) => x!.length\n'],
    ['no-restricted-syntax', 'export const now = () => Date.now()\n'],
    ['no-restricted-syntax', 'export const now = () => new Date()\n'],
    ['no-restricted-syntax', 'export const luck = () => Math.random()\n'],
    ['no-restricted-syntax', 'export default 1\n'],
    ['no-console', "export const say = () => console.log('x')\n"],
    ['no-restricted-properties', "export const say = () => process.stdout.write('x')\n"],
    ['no-restricted-imports', "import Table from 'cli-table3'\nexport const t = Table\n"],
    ['no-unused-vars', 'const forgotten = 1\nexport {}\n'],
  ])('%s is enforced', (rule, text) => expect(lint({ 'main/kernel/a.ts': text })).toContain(rule))
})
