import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRouterClient } from '@orpc/server'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { compose, type Core, type CoreClient } from '../../main/compose'
import { seeded } from '../../main/kernel/random'
import { systemClock } from '../../main/platform/clock/system'
import { Draft } from '../../preload/contract/projects'
import { when } from '../support/stream'

let storeDir: string
let core: Core
let one: CoreClient
let other: CoreClient
beforeAll(async () => {
  storeDir = mkdtempSync(join(tmpdir(), 'takt-drafts-'))
  core = await compose({
    storeDir,
    host: 'test',
    version: '0.0.0',
    env: { HOME: storeDir },
    clock: systemClock,
    random: seeded(5),
  })
  one = createRouterClient(core.router) as CoreClient
  other = createRouterClient(core.router) as CoreClient
})
afterAll(async () => {
  await core.close()
  rmSync(storeDir, { recursive: true, force: true })
})

it('merges what two clients change of one draft, and tells both', async () => {
  const draft = Draft.parse({ id: 'two', step: 'define', name: '', project: {} })
  const { draft: read } = await one.projects.saveDraft({ draft, basedOn: draft })
  const told = other.projects
    .watchDrafts()
    .then((stream) => when(stream, ([kept]) => kept?.project.question === 'Who spoofs?'))
  await one.projects.saveDraft({
    draft: { ...read, project: { question: 'Who spoofs?' } },
    basedOn: read,
  })
  await told
  const late = await other.projects.saveDraft({ draft: { ...read, name: 'voice' }, basedOn: read })
  expect(late).toMatchObject({
    merged: ['project.question'],
    draft: { name: 'voice', project: { question: 'Who spoofs?' } },
  })
})
it('refuses the second question with both of them until somebody chose', async () => {
  const [read] = await one.projects.drafts()
  if (!read) throw new Error('the draft is gone')
  const asks = (question: string) => ({
    draft: { ...read, project: { ...read.project, question } },
    basedOn: read,
  })
  await one.projects.saveDraft(asks('Who hangs up?'))
  await expect(other.projects.saveDraft(asks('Who calls back?'))).rejects.toMatchObject({
    code: 'CONFLICT',
    data: {
      kind: 'draft',
      fields: [
        {
          path: 'project.question',
          before: 'Who spoofs?',
          mine: 'Who calls back?',
          theirs: 'Who hangs up?',
        },
      ],
    },
  })
  expect((await one.projects.drafts())[0]?.project.question).toBe('Who hangs up?')
  const keep = { 'project.question': 'mine' as const }
  await other.projects.saveDraft({ ...asks('Who calls back?'), keep })
  expect((await one.projects.drafts())[0]?.project.question).toBe('Who calls back?')
})
it('does not bring back a draft that the other client discarded', async () => {
  const [read] = await one.projects.drafts()
  if (!read) throw new Error('the draft is gone')
  await one.projects.discardDraft({ id: read.id })
  await expect(
    other.projects.saveDraft({ draft: { ...read, tool: 'jupyter' }, basedOn: read }),
  ).rejects.toMatchObject({ code: 'NOT_FOUND' })
  expect(await other.projects.drafts()).toEqual([])
})
