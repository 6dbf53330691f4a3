import { expect, it } from 'vitest'
import type { Plan } from '../../../preload/contract/operations'
import { aBudget, aPriceBook, aProjectSpec } from '../../../test/support/builders/records'
import { aLine } from '../../../test/support/fakes/line'
import { siteState } from '../../../test/support/fakes/ports'
import type { Outcome } from '../../kernel/outcome'

const plain = (made: Outcome<Plan>): Plan => {
  if (!made.ok) throw new Error(JSON.stringify(made.failure))
  return made.value
}
async function made() {
  const all = aLine([aBudget(), aPriceBook()])
  const plan = plain(await all.projects.planCreate({ name: 'voice', spec: aProjectSpec() }))
  expect(await all.operations.run(plan.id)).toMatchObject({ ok: true })
  return all
}

it('takes nothing that others put in after the plan was confirmed', async () => {
  const { projects, operations, kube } = await made()
  const plan = plain(await projects.planDelete({ name: 'voice' }))
  kube.put({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'prometheus', namespace: 'voice' },
  })
  expect(await operations.run(plan.id)).toMatchObject({ failure: { code: 'NAMESPACE_TAKEN' } })
  expect([kube.all('Namespace').length, kube.all('Project').length]).toEqual([1, 1])
})
it('asks every other site before a project goes', async () => {
  const { projects, sites } = await made()
  const before = sites.states()
  const away = (id: string) => siteState({ id, name: id, home: false, state: 'idle' })
  sites.states = () => [...before, away('aws-burst')]
  const plan = plain(await projects.planDelete({ name: 'voice' }))
  expect(plan.blockedBy).toEqual([])
  expect(plan.risks).toContain('aws-burst was not asked whether something of voice is there.')
})
it('names a few of very many sites that were not asked', async () => {
  const { projects, sites } = await made()
  const before = sites.states()
  const many = Array.from({ length: 100_000 }, (_none, n) => {
    const id = `context-${String(n)}`
    return siteState({ id, name: id, home: false, state: 'idle' })
  })
  sites.states = () => [...before, ...many]
  const { risks } = plain(await projects.planDelete({ name: 'voice' }))
  const notAsked = risks.filter((risk) => risk.includes('not asked'))
  expect(notAsked).toHaveLength(6)
  expect(notAsked.at(-1)).toBe(
    '99995 more of the sites that are known here were not asked whether something of voice is there.',
  )
})
