import { readFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { expect, test } from 'vitest'

/** What opens only files that Takt itself wrote, built or made, and never one that a person, a file or a cluster named. */
const OWN = [
  'main/platform/files/',
  'main/platform/store/',
  'main/capabilities/drift/bundles/shelf.ts',
  'main/capabilities/objects/adapters/spool.ts',
  'main/capabilities/system/handlers.ts',
  'main/capabilities/uploads/arriving-file.ts',
  'main/hosts/page-files.ts',
  'main/plant/',
]
/** Where what is opened is looked at first, or by its open descriptor. */
const LOOKED_AT = [
  'main/capabilities/drift/adapters/files.ts',
  'main/capabilities/sites/programs/open-file.ts',
  'main/platform/json-lines/',
]
const READS =
  /\b(?:readFile|readFileSync|createReadStream|openSync|openAsBlob)\(|\bopen\b[^\n]*from 'node:fs\/promises'/

test('files that people or files name are read by the one reader that bounds them', async () => {
  const found: string[] = []
  for await (const file of glob('main/**/*.ts'))
    if (
      !/\.test\.ts$|\/testing\//.test(file) &&
      ![...OWN, ...LOOKED_AT].some((own) => file.startsWith(own)) &&
      READS.test(readFileSync(file, 'utf8'))
    )
      found.push(file)
  expect(found).toEqual([])
})
