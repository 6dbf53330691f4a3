import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ROLES, USES, type RightName, type RoleName } from '../../preload/contract/rights'
import type { CoreClient } from '../../main/compose'
import { peopleOnPlant, type PeopleOnPlant } from '../support/people-on-plant'
import { people, type ClusterPeople } from '../support/people'
import { disagreements, DUTY_OF, grantsIn, isGranted, STEWARD } from '../support/roles'
import { servedPlant, type PlantCluster } from '../support/served-plant'

// Emil Novak and Lena Ofori both work in this project, the one as its engineer, the other as its analyst.
const NAMESPACE = 'credit-default'
const MOST_ASKS = 100
const ASKED_ROLES = Object.keys(DUTY_OF) as RoleName[]
let plant: PlantCluster
let staff: ClusterPeople
let seated: PeopleOnPlant
beforeAll(async () => {
  plant = await servedPlant()
  staff = await people(plant)
  seated = await peopleOnPlant()
})
afterAll(async () => {
  await plant?.stop()
  await seated?.end()
})

describe('on the plant', () => {
  test.each(ASKED_ROLES)(
    'a %s may do what the table says, and nothing else of it',
    async (role) => {
      const [person] = staff[DUTY_OF[role] ?? 'none']
      expect(await disagreements(role, { client: person.client, namespace: NAMESPACE })).toEqual([])
    },
  )
  test('the steward may do what its duties use, and nothing else', async () => {
    expect(
      await disagreements('steward', {
        client: plant.admin,
        namespace: NAMESPACE,
        about: STEWARD,
      }),
    ).toEqual([])
  })
  test.each(ASKED_ROLES.filter((role) => ROLES[role].scope === 'project'))(
    'a %s may do nothing of it in a project of others',
    async (role) => {
      const [person] = staff[DUTY_OF[role] ?? 'none']
      const found = await disagreements('member', {
        client: person.client,
        namespace: 'price-churn',
      })
      expect(found).toEqual([])
    },
  )
})

describe('every entry of the contract', () => {
  // For each person what the core says of every right at once: allowed, or who can grant it.
  const said = new Map<RoleName, Map<string, { allowed: string; grantedBy: string[] }>>()
  const keyOf = (grant: object) => JSON.stringify(grant)
  const grants = grantsIn(NAMESPACE)
  async function review(takt: CoreClient) {
    const site = (await takt.sites.contexts()).contexts[0]?.id ?? ''
    const asks = grants.map(({ right: _right, ...ask }) => ask)
    const answers = []
    for (let start = 0; start < asks.length; start += MOST_ASKS)
      answers.push(
        ...(await takt.sites.review({ site, asks: asks.slice(start, start + MOST_ASKS) })),
      )
    return new Map(answers.map((answer, index) => [keyOf(grants[index] ?? {}), answer]))
  }
  test.each(ASKED_ROLES)(
    'works for a %s, or is told with who grants what is missing',
    async (role) => {
      const [person] = staff[DUTY_OF[role] ?? 'none']
      said.set(role, await review(await seated.sitDown(person.user)))
      const outcomes = Object.entries(USES).flatMap(([capability, entries]) =>
        Object.entries(entries).flatMap(([entry, uses]) => {
          const wanted = grants.filter(({ right }) =>
            (uses as readonly RightName[]).includes(right),
          )
          return wanted.flatMap((grant) => {
            const answer = said.get(role)?.get(keyOf(grant))
            if (answer?.allowed === 'yes')
              return isGranted(role, grant)
                ? []
                : [`${capability}.${entry} should lack ${grant.right}`]
            return answer?.allowed === 'no' && answer.grantedBy.length > 0
              ? []
              : [`${capability}.${entry} lacks ${grant.right}, and nobody is named for it`]
          })
        }),
      )
      expect([...new Set(outcomes)]).toEqual([])
    },
    120_000,
  )
})
