import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { walkThrough } from '../support/oidc'
import { awaited, sitDown, type Person } from './discovery/person'
import { draftOf, moveIn } from './discovery/team'
import { live, siteIs, soon } from './discovery/watching'
import { startOidcPlane, type OidcPlane } from './stack/sign-in'

const trusted = getCACertificates('default')
let plane: OidcPlane
let root: Person
beforeAll(async () => {
  plane = await startOidcPlane({
    ada: { name: 'Ada', groups: ['vision', 'leads'] },
    bo: { name: 'Bo', groups: ['vision'] },
  })
  // The walk through the issuer's pages is a browser of this process.
  setDefaultCACertificates([...trusted, plane.issuerAuthority])
  root = await sitDown(plane, { user: 'root', groups: ['system:masters'] })
  await root.run(await root.takt.sites.planPrepare({ site: root.site, members: 'oidc:vision' }))
  await moveIn(plane, root.site)
  await awaited(
    await root.takt.records.watch({ kinds: ['Budget', 'Project'] }),
    (update) => update.live,
  )
})
afterAll(async () => {
  setDefaultCACertificates(trusted)
  await root?.leave()
  await plane?.stop()
})

/** Somebody who signs in by the company's pages, at a machine of their own. */
async function signedIn(name: string): Promise<Person> {
  const person = await sitDown(plane, { user: `nobody-${name}`, groups: [] })
  const caFile = join(plane.folder, 'issuer.crt')
  writeFileSync(caFile, plane.issuerAuthority)
  await person.takt.settings.set({ caFiles: [caFile] })
  const { site } = await person.takt.sites.addOidc({
    name: 'company',
    server: plane.server,
    ca: plane.authority,
    issuer: plane.issuer.issuer,
    clientId: 'takt',
    scopes: ['groups', 'email'],
  })
  const company = { ...person, site }
  const identity = (await siteIs(company, () => true)).identity?.name ?? ''
  const { address } = await person.takt.sites.signIn({ identity, how: 'browser' })
  await walkThrough(address ?? '', name)
  await soon(
    () =>
      person.takt.sites.connect({ site }).then(
        () => true,
        () => false,
      ),
    'the sign-in was not taken',
  )
  await person.takt.sites.makeHome({ site })
  return company
}

test('the claims of a real sign-in are who one is on the server, and the groups one may let into projects', async () => {
  const ada = await signedIn('ada')
  const bo = await signedIn('bo')
  try {
    expect(await siteIs(ada, live)).toMatchObject({
      user: 'oidc:ada',
      groups: expect.arrayContaining(['oidc:vision', 'oidc:leads']) as string[],
      source: 'oidc',
    })
    const { project } = draftOf('claims', { site: root.site })
    await root.run(
      await root.takt.projects.planCreate({
        name: 'claims',
        spec: {
          ...project,
          members: [{ kind: 'Group', name: 'oidc:leads', role: 'lead' }],
        } as never,
        workItem: { title: 'Claims' },
      }),
    )
    await plane.applyManifests([
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRoleBinding',
        metadata: { name: 'takt-leads-oidc' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'takt-lead' },
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'oidc:leads' }],
      },
    ])
    await ada.takt.people.setDirectory({ kind: 'sign-in' })
    const { entries } = await ada.takt.people.search({ text: 'vision' })
    expect(entries).toMatchObject([{ kind: 'Group', name: 'oidc:vision' }])
    const pods = () =>
      bo.takt.sites
        .review({
          site: bo.site,
          asks: [{ verb: 'list', group: '', resource: 'pods', namespace: 'claims' }],
        })
        .then(([check]) => check?.allowed)
    expect(await pods()).toBe('no')
    await awaited(await ada.takt.records.watch({ kinds: ['Project'] }), (update) => update.live)
    await ada.run(
      await ada.takt.people.planMembers({
        project: 'claims',
        changes: entries.map(({ kind, name }) => ({ kind, name, role: 'analyst' as const })),
      }),
    )
    await soon(async () => (await pods()) === 'yes', 'the group was not let in')
  } finally {
    await ada.leave()
    await bo.leave()
  }
})
