import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createRouterClient } from '@orpc/server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compose, type CoreClient } from '../../main/compose'
import { seeded } from '../../main/kernel/random'
import { systemClock } from '../../main/platform/clock/system'
import { readHere } from '../support/kubeconfigs'
import { people, type ClusterPeople } from '../support/people'
import { servedPlant, type PlantCluster } from '../support/served-plant'

let plant: PlantCluster
let staff: ClusterPeople
beforeAll(async () => {
  plant = await servedPlant()
  staff = await people(plant)
})
afterAll(() => plant?.stop())

const userOf = async (client: { ask<T>(path: string, o: object): Promise<T> }) =>
  (
    await client.ask<{ status: { userInfo: { username: string; groups: string[] } } }>(
      '/apis/authentication.k8s.io/v1/selfsubjectreviews',
      {
        method: 'POST',
        json: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
      },
    )
  ).status.userInfo

describe('the plant served as a cluster of its own', () => {
  test('has the people that a shared cluster needs, and only one of them is an administrator', () => {
    expect(staff.lead.length).toBeGreaterThanOrEqual(2)
    expect(staff.engineer.length).toBeGreaterThanOrEqual(2)
    expect(staff.none.length).toBeGreaterThanOrEqual(2)
    const mighty = Object.values(staff)
      .flat()
      .filter(({ groups }) => groups.some((each) => /admin|masters/.test(each)))
    expect(mighty.map(({ role }) => role)).toEqual(['admin'])
  })

  test('knows each person by their own token, and refuses one it has not issued', async () => {
    for (const [person] of Object.values(staff)) {
      const { username, groups } = await userOf(person.client)
      expect(username).toBe(person.user)
      expect(groups).toEqual([...person.groups, 'system:authenticated'])
    }
    const answer = await staff.none[0].client.call('/version', {
      headers: { authorization: 'Bearer nobody' },
    })
    expect(answer.status).toBe(401)
  })

  test('a lead is no administrator: what only one of those may do is refused', async () => {
    for (const { client } of staff.lead) {
      expect((await client.call('/api/v1/namespaces/kube-system/secrets')).status).toBe(403)
      expect((await client.call('/api/v1/nodes/a100-1', { method: 'DELETE' })).status).toBe(403)
    }
    expect((await plant.admin.call('/api/v1/namespaces/kube-system/secrets')).status).toBe(200)
  })

  test('the files of a person are read by that person alone', () => {
    for (const { kubeconfig, awsConfig, awsCredentials } of plant.served.people)
      for (const file of [kubeconfig, awsConfig, awsCredentials])
        expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(statSync(plant.folder).mode & 0o777).toBe(0o700)
  })

  test.each([
    ['a lead', 'lead'],
    ['an engineer', 'engineer'],
    ['somebody without rights', 'none'],
  ] as const)(
    '%s works on it with a store of their own, and asks AWS in a role of their own',
    async (_says, duty) => {
      const [person] = staff[duty]
      const files = plant.served.people.find(({ user }) => user === person.user)
      const home = mkdtempSync(join(tmpdir(), 'takt-served-store-'))
      const core = await compose({
        kubeconfigs: readHere,
        storeDir: home,
        host: 'test',
        version: '0.0.0',
        env: {
          HOME: home,
          KUBECONFIG: files?.kubeconfig,
          AWS_CONFIG_FILE: files?.awsConfig,
          AWS_SHARED_CREDENTIALS_FILE: files?.awsCredentials,
        },
        clock: systemClock,
        random: seeded(3),
        plant: false,
      })
      try {
        await core.started
        const takt: CoreClient = createRouterClient(core.router)
        await expect
          .poll(async () => (await takt.sites.contexts()).contexts.map(({ context }) => context))
          .toEqual(['oslo', 'aws-burst'])
        await takt.sites.connect({ site: 'oslo' })
        for await (const sites of await takt.sites.watch()) {
          const oslo = sites.find(({ id }) => id === 'oslo')
          if (oslo?.state !== 'live') continue
          expect(oslo).toMatchObject({ user: person.user, prepared: 'yes', simulated: false })
          break
        }
        const listing = takt.sites.eksClusters({ profile: 'plant', region: 'eu-north-1' })
        if (duty === 'none') await expect(listing).rejects.toMatchObject({ code: 'AWS_DENIED' })
        else expect((await listing).clusters.map(({ name }) => name)).toEqual(['aws-burst'])
      } finally {
        await core.close()
        rmSync(home, { recursive: true, force: true })
      }
    },
    60_000,
  )

  test('goes on from its folder after a restart, with files that open it again', async () => {
    const made = await staff.admin[0].client.call('/api/v1/namespaces', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kept' } }),
    })
    expect(made.status).toBe(201)
    plant = await plant.again()
    staff = await people(plant)
    expect((await staff.admin[0].client.call('/api/v1/namespaces/kept')).status).toBe(200)
  })

  test('takt plant serve says where each person signs in, and ends when it is told to', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'takt-plant-serve-'))
    const cli = fileURLToPath(new URL('../../out/main/cli.mjs', import.meta.url))
    const program = spawn(
      process.execPath,
      [cli, '--json', 'plant', 'serve', '--kubeconfig', join(folder, 'people')],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    try {
      let text = ''
      for await (const part of program.stdout) {
        text += String(part)
        if (text.trimEnd().endsWith('}')) break
      }
      const said = JSON.parse(text) as {
        sites: { server: string }[]
        people: { user: string; kubeconfig: string }[]
      }
      expect(said.sites.map(({ server }) => new URL(server).protocol)).toEqual(['https:', 'https:'])
      const [first] = said.people
      expect(readFileSync(first?.kubeconfig ?? '', 'utf8')).toContain(said.sites[0]?.server)
      const ended = new Promise<number | null>((done) => program.once('exit', done))
      program.kill('SIGTERM')
      expect(await ended).toBe(0)
      expect(readdirSync(join(folder, 'people'))).toContain('state.json')
    } finally {
      program.kill('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    }
  }, 60_000)
})
