import { createServer, type Server as NetServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ldapDirectory } from '../../main/capabilities/people/adapters/ldap'
import type { Directory } from '../../main/capabilities/people'
import type { Outcome } from '../../main/kernel/outcome'
import type { DirectorySettings } from '../../preload/contract/people'
import { awaited, sitDown, type Person } from './discovery/person'
import { draftOf, moveIn } from './discovery/team'
import { lacking } from './stack/found'
import { startPlane, type Plane } from './stack/plane'
import { until } from './stack/servers'
import { BASE, groupDn, PASSWORD, personDn, startSlapd, type DirectoryServer } from './stack/slapd'

const lacks = lacking('slapd')
const many = Array.from({ length: 260 }, (_, index) => ({
  uid: `p${String(index).padStart(3, '0')}`,
  name: `Person Number${String(index)}`,
}))
const people = [
  { uid: 'lea', name: 'Lea Moen' },
  { uid: 'eve', name: 'Eve Strand' },
  { uid: 'otto', name: 'Otto Berg', mail: 'otto.berg@takt.test' },
  { uid: 'locked', name: 'Lotte Locked', locked: true },
  { uid: 'star', name: 'Odd *(Name)\\ Ås' },
  ...many,
]
const groups = [
  { name: 'vision', title: 'The vision team', people: ['eve'], groups: ['vision-guests'] },
  { name: 'vision-guests', people: ['otto'], groups: ['vision-students'] },
  // A ring, as directories have them.
  { name: 'vision-students', people: ['p001', 'p002'], groups: ['vision'] },
  { name: 'everybody', people: many.map(({ uid }) => uid) },
]

describe.skipIf(lacks !== undefined)(`a company's directory${lacks ? ` (${lacks})` : ''}`, () => {
  let ldap: DirectoryServer
  let plane: Plane
  let lea: Person
  const settings = (more: object = {}): DirectorySettings => ({
    kind: 'ldap',
    url: ldap.url,
    startTls: true,
    caFile: ldap.caFile,
    flavour: 'openldap',
    baseDn: BASE,
    bindName: personDn('lea'),
    userPrefix: '',
    groupPrefix: '',
    ...more,
  })
  const signIn = async (more: object = {}) => {
    await lea.takt.people.setDirectory(settings(more))
    return lea.takt.people.signIn({ password: PASSWORD })
  }
  const titles = ({ entries }: { entries: { title: string }[] }) =>
    entries.map(({ title }) => title)

  beforeAll(async () => {
    ;[ldap, plane] = await Promise.all([
      startSlapd({ people, groups }),
      startPlane({ definitions: ['notebook'], nodes: true }),
    ])
    const admin = await sitDown(plane, { user: 'root', groups: ['system:masters'] })
    await admin.run(await admin.takt.sites.planPrepare({ site: admin.site }))
    await moveIn(plane, admin.site)
    lea = await sitDown(plane, { user: 'lea', groups: ['leads'] })
    await awaited(
      await lea.takt.records.watch({ kinds: ['Budget', 'Project'] }),
      ({ live }) => live,
    )
    const { project } = draftOf('wear', { site: lea.site })
    await lea.run(
      await lea.takt.projects.planCreate({
        name: 'wear',
        spec: { ...project, members: [] } as never,
        workItem: { title: 'Wear' },
      }),
    )
    await admin.leave()
  })
  afterAll(async () => {
    await lea?.leave()
    await Promise.all([ldap?.stop(), plane?.stop()])
  })

  test('nobody is looked up before somebody signs in, and a wrong password is said in words and not tried again', async () => {
    await lea.takt.people.setDirectory(settings())
    expect(await lea.takt.people.directory()).toMatchObject({
      state: 'signed-out',
      password: 'none',
      simulated: false,
    })
    await expect(lea.takt.people.search({ text: 'eve' })).rejects.toMatchObject({
      code: 'DIRECTORY_SIGN_IN_NEEDED',
    })
    await expect(lea.takt.people.signIn({ password: 'wrong' })).rejects.toMatchObject({
      code: 'DIRECTORY_SIGN_IN_REFUSED',
      data: { says: 'name or password is wrong' },
    })
    expect((await lea.takt.people.directory()).state).toBe('signed-out')
    expect(await lea.takt.people.signIn({ password: PASSWORD })).toMatchObject({
      state: 'ready',
      password: 'memory',
    })
    expect(JSON.stringify(await lea.takt.people.directory())).not.toContain(PASSWORD)
  })

  test('people and groups are found by name, account and mail, the nearest first', async () => {
    await signIn()
    expect(titles(await lea.takt.people.search({ text: 'eve' }))[0]).toBe('Eve Strand')
    expect(await lea.takt.people.search({ text: 'otto.b' })).toMatchObject({
      entries: [{ kind: 'User', name: 'otto', title: 'Otto Berg', active: true }],
      more: false,
    })
    expect(
      titles(await lea.takt.people.search({ text: 'vision', kind: 'Group' })).toSorted(),
    ).toEqual(['The vision team', 'vision-guests', 'vision-students'])
    expect((await lea.takt.people.search({ text: 'lotte' })).entries).toMatchObject([
      { name: 'locked', active: false },
    ])
  })

  test('what is typed is never a part of the question', async () => {
    await signIn()
    expect(await lea.takt.people.search({ text: '*)(uid=*' })).toMatchObject({
      entries: [],
      more: false,
    })
    expect(titles(await lea.takt.people.search({ text: '*(Name)\\' }))).toEqual([
      'Odd *(Name)\\ Ås',
    ])
  })

  test('a long answer is read in pages, and stops where it was told to', async () => {
    await signIn()
    const some = await lea.takt.people.search({ text: 'p', kind: 'User', limit: 150 })
    expect(some.entries).toHaveLength(150)
    expect(some.more).toBe(true)
    expect((await lea.takt.people.groupMembers({ name: 'everybody' })).people).toHaveLength(260)
  })

  test('groups in groups are followed, and a ring ends', async () => {
    await signIn()
    const { people: found } = await lea.takt.people.groupMembers({ name: 'vision' })
    expect(found.map(({ name }) => name).toSorted()).toEqual(['eve', 'otto', 'p001', 'p002'])
    await expect(lea.takt.people.groupMembers({ name: 'none' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
  })

  test('names carry the prefix the cluster knows, both ways', async () => {
    await signIn({ userPrefix: 'oidc:', groupPrefix: 'oidc:' })
    expect((await lea.takt.people.search({ text: 'otto.b' })).entries).toMatchObject([
      { name: 'oidc:otto' },
    ])
    expect(
      (await lea.takt.people.groupMembers({ name: 'oidc:vision' })).people.map(({ name }) => name),
    ).toContain('oidc:eve')
  })

  test('somebody who is found and added gets in, and who left the company is shown and can be removed', async () => {
    await signIn()
    const [otto] = (await lea.takt.people.search({ text: 'otto' })).entries
    const client = await plane.clientFor(otto?.name ?? '')
    const mayRead = async () => (await client.call('/api/v1/namespaces/wear/pods')).status
    expect(await mayRead()).toBe(403)
    const plan = await lea.takt.people.planMembers({
      project: 'wear',
      changes: [
        { kind: 'User', name: 'otto', role: 'engineer' },
        { kind: 'Group', name: 'vision', role: 'analyst' },
      ],
    })
    expect(plan).toMatchObject({
      title: 'Add otto, vision to wear',
      verb: 'Let in',
      dryRun: { result: 'passed' },
    })
    expect(plan.changes.map(({ kind, name, op }) => `${op} ${kind}/${name}`)).toEqual([
      'change Project/wear',
      'change RoleBinding/takt-engineers',
      'create RoleBinding/takt-analysts',
    ])
    expect(plan.changes[0]?.lines).toEqual([
      { op: '+', text: 'user otto as engineer' },
      { op: '+', text: 'group vision as analyst' },
    ])
    expect(await mayRead()).toBe(403)
    const operation = await lea.run(plan)
    await until(async () => (await mayRead()) === 200, {
      seconds: 20,
      why: () => 'otto was not let in',
    })
    const byGroup = await plane.clientFor('somebody', ['vision'])
    expect((await byGroup.call('/api/v1/namespaces/wear/pods')).status).toBe(200)
    await ldap.change((root) => root.del(personDn('otto')))
    const { members } = await lea.takt.people.check({ project: 'wear' })
    expect(members.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'lea active',
      'otto left',
      'vision active',
    ])
    expect((await lea.undo(operation)).state).toBe('undone')
    await until(async () => (await mayRead()) === 403, {
      seconds: 20,
      why: () => 'otto was not put out',
    })
    expect((await lea.read('Project', 'wear')).spec.members).toEqual([])
  })

  test('a change that is there already is refused before anything runs', async () => {
    await expect(
      lea.takt.people.planMembers({ project: 'wear', changes: [{ kind: 'User', name: 'nobody' }] }),
    ).rejects.toMatchObject({ code: 'INVALID' })
  })

  test('a role somebody has already is changed, not added twice', async () => {
    const set = async (role: 'analyst' | 'lead') =>
      lea.run(
        await lea.takt.people.planMembers({
          project: 'wear',
          changes: [{ kind: 'User', name: 'eve', role }],
        }),
      )
    await set('analyst')
    await set('lead')
    expect((await lea.read('Project', 'wear')).spec.members).toEqual([
      { kind: 'User', name: 'eve', role: 'lead' },
    ])
    const analysts = await plane.admin.ask<{ subjects?: unknown[] }>(
      '/apis/rbac.authorization.k8s.io/v1/namespaces/wear/rolebindings/takt-analysts',
    )
    expect(analysts.subjects ?? []).toEqual([])
  })

  test('each trouble of a directory has its own words', async () => {
    const trouble = async (more: object) =>
      signIn(more).then(
        () => 'none',
        (error: { code: string }) => error.code,
      )
    expect(await trouble({ caFile: undefined })).toBe('DIRECTORY_UNTRUSTED')
    await lea.takt.settings.set({ caFiles: [ldap.caFile] })
    expect(await trouble({ caFile: undefined })).toBe('none')
    await lea.takt.settings.set({ caFiles: [] })
    expect(await trouble({ caFile: '/no/such/file' })).toBe('DIRECTORY_UNTRUSTED')
    expect(await trouble({ baseDn: 'dc=other,dc=test' })).toBe('DIRECTORY_BASE_UNKNOWN')
    expect(await trouble({ baseDn: 'no base' })).toBe('DIRECTORY_BASE_UNKNOWN')
    expect(await trouble({ bindName: personDn('nobody') })).toBe('DIRECTORY_SIGN_IN_REFUSED')
    expect(await trouble({ url: 'ldap://ldap.invalid' })).toBe('DIRECTORY_UNREACHABLE')
    expect(await trouble({ url: 'ldap://127.0.0.1:1' })).toBe('DIRECTORY_UNREACHABLE')
    // This server wants encryption before it takes a password; on loopback alone does Takt try without.
    expect(await trouble({ startTls: false })).toBe('DIRECTORY_FAILED')
  })

  test('a password is never sent where nothing is encrypted', async () => {
    let heard = ''
    const plain: NetServer = createServer((socket) =>
      socket.on('data', (data) => {
        heard += data.toString('latin1')
        socket.destroy()
      }),
    )
    await new Promise<void>((ready) => plain.listen(0, '127.0.0.1', ready))
    const url = `ldap://127.0.0.1:${(plain.address() as AddressInfo).port}`
    await expect(signIn({ url })).rejects.toMatchObject({ code: 'DIRECTORY_UNREACHABLE' })
    await expect(
      signIn({ url: 'ldap://directory.example', startTls: false }),
    ).rejects.toMatchObject({ code: 'DIRECTORY_UNTRUSTED' })
    expect(heard).not.toContain(PASSWORD)
    plain.close()
  })

  test("what the home site reads from one's own sign-in is a directory too, that knows of nobody else", async () => {
    await lea.takt.people.setDirectory({ kind: 'sign-in' })
    expect(
      (await lea.takt.people.search({ text: 'lea' })).entries.map(
        ({ kind, name }) => `${kind} ${name}`,
      ),
    ).toEqual(['User lea', 'Group leads'])
    const { members, complete } = await lea.takt.people.check({ project: 'wear' })
    expect(complete).toBe(false)
    expect(members.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'lea active',
      'eve unknown',
    ])
  })
})

describe.skipIf(lacks !== undefined)(
  `a directory with narrow limits${lacks ? ` (${lacks})` : ''}`,
  () => {
    test('one that shows only so many says so, and without memberOf groups are followed by their members', async () => {
      const ldap = await startSlapd({ people, groups, sizeLimit: 120, memberOf: false })
      const on = ldapDirectory({
        settings: {
          kind: 'ldap',
          url: ldap.url,
          startTls: true,
          caFile: ldap.caFile,
          flavour: 'openldap',
          baseDn: BASE,
          bindName: personDn('lea'),
          userPrefix: '',
          groupPrefix: '',
        },
        password: PASSWORD,
        trusted: () => [],
      })
      try {
        expect(await on.search({ text: 'p', kind: 'User', limit: 200 })).toMatchObject({
          ok: false,
          failure: { code: 'DIRECTORY_LIMIT' },
        })
        expect(await on.search({ text: 'p', kind: 'User', limit: 50 })).toMatchObject({
          ok: true,
          value: { more: true },
        })
        const members = await on.groupMembers('vision')
        expect(members.ok && members.value?.entries.map(({ name }) => name).toSorted()).toEqual([
          'eve',
          'otto',
          'p001',
          'p002',
        ])
        await ldap.change((root) => root.del(groupDn('everybody')))
      } finally {
        await ldap.stop()
      }
    })
  },
)

// A real Active Directory cannot be had for a test: this server has its names and flags, and lacks its rule for groups in groups.
describe.skipIf(lacks !== undefined)(
  `a directory that calls things as Active Directory does${lacks ? ` (${lacks})` : ''}`,
  () => {
    let ldap: DirectoryServer
    let on: Directory
    const crowd = Array.from({ length: 1100 }, (_, index) => ({
      uid: `c${String(index).padStart(4, '0')}`,
      name: `Crowd ${String(index)}`,
    }))
    beforeAll(async () => {
      ldap = await startSlapd({
        flavour: 'active-directory',
        people: [...people.filter(({ uid }) => !uid.startsWith('p')), ...crowd],
        groups: [
          { name: 'vision', title: 'The vision team', people: ['eve'], groups: ['vision-guests'] },
          { name: 'vision-guests', people: ['otto', 'locked'], groups: ['vision'] },
        ],
      })
      on = ldapDirectory({
        settings: {
          kind: 'ldap',
          url: ldap.url,
          startTls: true,
          caFile: ldap.caFile,
          flavour: 'active-directory',
          baseDn: BASE,
          bindName: personDn('lea'),
          userPrefix: 'ad:',
          groupPrefix: '',
        },
        password: PASSWORD,
        trusted: () => [],
      })
    })
    afterAll(() => ldap?.stop())
    const names = (found: Outcome<{ entries: { name: string; active: boolean }[] } | undefined>) =>
      found.ok
        ? found.value?.entries
            .map(({ name, active }) => `${name}${active ? '' : ' off'}`)
            .toSorted()
        : found.failure

    test('people are found by account, mail and either of their names, under the account that the cluster knows', async () => {
      for (const text of ['eve', 'Strand', 'eve@takt.test'])
        expect(names(await on.search({ text, limit: 5 }))).toEqual(['ad:eve'])
      expect(await on.search({ text: 'vision', kind: 'Group', limit: 5 })).toMatchObject({
        ok: true,
        value: {
          entries: [
            { kind: 'Group', name: 'vision', title: 'The vision team' },
            { name: 'vision-guests' },
          ],
        },
      })
    })
    test('an account that was switched off is shown as that, and one that is gone has left', async () => {
      expect(names(await on.search({ text: 'lotte', limit: 5 }))).toEqual(['ad:locked off'])
      const found = await on.lookup([
        { kind: 'User', name: 'ad:locked' },
        { kind: 'User', name: 'ad:gone' },
        { kind: 'User', name: 'not-of-here' },
      ])
      expect(names(found)).toEqual(['ad:locked off'])
      expect(found.ok && [...found.value.asked]).toHaveLength(2)
    })
    test('a thousand and more are read in pages', async () => {
      const found = await on.search({ text: 'c', kind: 'User', limit: 1050 })
      expect(found.ok && [found.value.entries.length, found.value.more]).toEqual([1050, true])
    })
    test('groups in groups are followed step by step where the rule for them answers nobody', async () => {
      expect(names(await on.groupMembers('vision'))).toEqual(['ad:eve', 'ad:locked off', 'ad:otto'])
    })
  },
)
