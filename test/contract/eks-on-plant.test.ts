import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CoreClient } from '../../main/compose'
import { eksToken } from '../../main/platform/aws'
import { coreOnPlant, type CoreOnPlant } from '../support/core-on-plant'
import { aPlantWithAws } from '../support/plant-aws'
import { when } from '../support/stream'

describe('the simulated EKS cluster, added from its account', () => {
  let there: CoreOnPlant
  let takt: CoreClient
  beforeAll(async () => {
    there = await coreOnPlant({ speed: 1 })
    takt = there.takt
  })
  afterAll(() => there.end())
  const place = { profile: 'simulated', region: 'eu-north-1' }

  it('is the site that is there already, once, whatever port it has after the plant was closed and opened', async () => {
    expect((await takt.sites.awsProfiles()).profiles).toContainEqual(
      expect.objectContaining({ name: 'simulated' }),
    )
    const here = async () =>
      (
        await when(await takt.sites.watch(), (all) =>
          all.some(({ id, state }) => id === 'aws-burst' && state === 'live'),
        )
      ).filter(({ place: where }) => where === 'cloud')
    const [first] = await here()
    expect(await takt.sites.eksClusters(place)).toMatchObject({
      account: '111122223333',
      clusters: [{ name: 'aws-burst', site: 'aws-burst' }],
    })
    expect(await takt.sites.addEks({ ...place, cluster: 'aws-burst' })).toEqual({
      site: 'aws-burst',
    })
    await takt.sites.closePlant()
    await takt.sites.openPlant()
    const again = await here()
    expect(again).toMatchObject([
      { id: 'aws-burst', name: 'AWS burst', source: 'plant', simulated: true, speed: 1 },
    ])
    expect(again[0]?.server).not.toBe(first?.server)
    await takt.sites.connect(await takt.sites.addEks({ ...place, cluster: 'aws-burst' }))
    const nodes = await when(
      await takt.cluster.watchList({
        id: 'nodes-of-eks',
        site: 'aws-burst',
        list: 'nodes',
        window: { from: 0, count: 50 },
      }),
      ({ state, rows }) => state === 'live' && rows.length > 0,
    )
    expect(nodes.rows.map(({ ref }) => ref.name)).toContain('system-1')
    const { groups } = await when(await takt.cloud.nodeGroups(), (all) => all.groups.length > 0)
    expect(groups.map(({ id }) => id)).toEqual([
      ...new Set(groups.map(({ name }) => `aws-burst/${name}`)),
    ])
  })
})

describe('the API server of the simulated EKS cluster', () => {
  it("knows people by tokens of the account's keys and of roles taken on in their name, and nobody by others", async () => {
    const { plant, aws, clock, config, site } = await aPlantWithAws()
    try {
      const who = async (token: string) => {
        const answer = await fetch(
          `${site?.server ?? ''}/apis/authentication.k8s.io/v1/selfsubjectreviews`,
          {
            method: 'POST',
            headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
            body: JSON.stringify({
              apiVersion: 'authentication.k8s.io/v1',
              kind: 'SelfSubjectReview',
            }),
          },
        )
        const { status } = (await answer.json()) as { status: { userInfo?: { username: string } } }
        return [answer.status, status.userInfo?.username]
      }
      const role = async (session: string) => {
        const { Credentials: given } = await new STSClient(config).send(
          new AssumeRoleCommand({
            RoleArn: `arn:aws:iam::${aws.accountId}:role/ml`,
            RoleSessionName: session,
          }),
        )
        return {
          accessKeyId: given?.AccessKeyId ?? '',
          secretAccessKey: given?.SecretAccessKey ?? '',
          sessionToken: given?.SessionToken ?? '',
        }
      }
      const token = (
        credentials: Parameters<typeof eksToken>[0]['credentials'],
        cluster = aws.cluster,
      ) => eksToken({ cluster, region: aws.region, credentials, now: clock.now() })
      const own = await token(aws.keys)
      expect(await who(own)).toEqual([201, 'mara.lind'])
      expect(await who(await token(await role('emil.novak')))).toEqual([201, 'emil.novak'])
      expect(await who(await token(await role('nobody')))).toEqual([401, undefined])
      expect(await who(await token(aws.keys, 'other'))).toEqual([401, undefined])
      expect(await who(await token({ ...aws.keys, secretAccessKey: 'guessed' }))).toEqual([
        401,
        undefined,
      ])
      await clock.advance(15 * 60_000)
      expect(await who(own)).toEqual([401, undefined])
    } finally {
      await plant.close()
    }
  })
})
