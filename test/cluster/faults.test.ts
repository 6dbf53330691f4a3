import { chmodSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { startChaos, type Chaos } from '../support/chaos'
import { BentClock } from '../support/clock'
import { awaited, sitDown, type Person, type Seat } from './discovery/person'
import { draftOf, moveIn } from './discovery/team'
import { endedWell, isState, live, records, siteIs, soon } from './discovery/watching'
import { makeAuthority } from '../../main/plant/authority'
import { startPlane, type Plane } from './stack/plane'

const HOUR_MS = 3_600_000
/** Minutes of Takt's patience pass in seconds; the server stays in real time. */
const FAST = 20

let plane: Plane
let chaos: Chaos
let scratch: string
const seated: Person[] = []

beforeAll(async () => {
  plane = await startPlane({ definitions: ['notebook'] })
  scratch = mkdtempSync(join(tmpdir(), 'takt-faults-'))
  const admin = await sitDown(plane, { user: 'root', groups: ['system:masters'] })
  await admin.run(await admin.takt.sites.planPrepare({ site: admin.site }))
  await moveIn(plane, admin.site)
  await admin.leave()
})
afterAll(async () => {
  await plane?.stop()
  rmSync(scratch, { recursive: true, force: true })
})
beforeEach(async () => {
  chaos = await startChaos(plane.server)
})
afterEach(async () => {
  // Whoever says good-bye must find the line open.
  chaos.blackhole(false)
  chaos.delay(0)
  for (const person of seated.splice(0)) await person.leave()
  await chaos.close()
})

/** A lead whose every byte goes the way that the test can spoil. */
async function lead(seat: Seat = {}): Promise<Person> {
  const kubeconfig =
    seat.kubeconfig ??
    (await plane.kubeconfigFor('lea', ['leads'])).replace(plane.server, chaos.url(plane.server))
  const person = await sitDown(
    plane,
    { user: 'lea', groups: ['leads'] },
    { clock: new BentClock({ speed: FAST }), ...seat, kubeconfig },
  )
  seated.push(person)
  return person
}
const addTool = async (name: string): Promise<void> => {
  const { spec } = await plane.admin.ask<{ spec: object }>('/apis/takt.dev/v1alpha1/tools/jupyter')
  await plane.applyManifests([
    { apiVersion: 'takt.dev/v1alpha1', kind: 'Tool', metadata: { name }, spec },
  ])
}
const exists = async (path: string): Promise<boolean> =>
  (await plane.admin.call(path)).status === 200
const planFor = async (person: Person, name: string) => {
  await awaited(
    await person.takt.records.watch({ kinds: ['Budget', 'Project'] }),
    ({ live: isLive }) => isLive,
  )
  const { project } = draftOf(name, { site: person.site })
  return person.takt.projects.planCreate({
    name,
    spec: project as never,
    workItem: { title: name },
  })
}
/** What belongs to a project, each exactly once. */
async function made(name: string): Promise<Record<string, number>> {
  const count = async (path: string): Promise<number> =>
    (await plane.admin.ask<{ items: { metadata: { name: string } }[] }>(path)).items.length
  const inside = `namespaces/${name}`
  return {
    quotas: await count(`/api/v1/${inside}/resourcequotas`),
    bindings: await count(`/apis/rbac.authorization.k8s.io/v1/${inside}/rolebindings`),
    policies: await count(`/apis/networking.k8s.io/v1/${inside}/networkpolicies`),
    items: await count(`/apis/takt.dev/v1alpha1/${inside}/workitems`),
  }
}
const WHOLE = { quotas: 1, bindings: 2, policies: 1, items: 1 }

describe('an API server', () => {
  test('that is killed in the middle of an operation and comes back: the operation says so, goes on, and everything is made once', async () => {
    const lea = await lead()
    const plan = await planFor(lea, 'killed')
    // Each answer comes late enough that the server dies between two of them.
    chaos.delay(60)
    const { operationId } = await lea.takt.operations.start({ planId: plan.id })
    await soon(() => exists('/api/v1/namespaces/killed'), 'the operation did not begin')
    await plane.stopApiServer('SIGKILL')
    const failed = await endedWell(lea, operationId)
    expect(failed).toMatchObject({
      state: 'failed',
      failure: { code: expect.stringMatching(/CLUSTER_(UNREACHABLE|FAILED|TIMED_OUT)/) as string },
    })
    expect((await siteIs(lea, isState('stale'))).failure).toBeDefined()
    await plane.startApiServer()
    chaos.delay(0)
    await siteIs(lea, live)
    await lea.takt.operations.retry({ operationId })
    expect((await endedWell(lea, operationId)).state).toBe('done')
    expect(await made('killed')).toEqual(WHOLE)
  })

  test('that restarts and has forgotten its history while the watches were away: what changed meanwhile is there, what went is gone', async () => {
    const lea = await lead()
    await addTool('passing')
    await soon(
      async () => (await records(lea, 'Tool')).includes('passing'),
      'the tool was not seen',
    )
    chaos.blackhole(true)
    await plane.admin.call('/apis/takt.dev/v1alpha1/tools/passing', { method: 'DELETE' })
    await addTool('lasting')
    await plane.forgetHistory()
    chaos.blackhole(false)
    chaos.cut()
    await soon(
      async () =>
        JSON.stringify(await records(lea, 'Tool')) === JSON.stringify(['jupyter', 'lasting']),
      'the records were not brought up to date',
    )
  })

  test('whose certificate is rotated is trusted on; one by a stranger is not, and no password or token is sent to it', async () => {
    const lea = await lead()
    await plane.rotateServingCertificate()
    await soon(async () => (await servedBy(plane)) !== undefined, 'nothing is served')
    chaos.cut()
    await soon(
      async () => (await lea.takt.records.list({ kind: 'Tool' }).catch(() => [])).length > 0,
      'the new certificate was not accepted',
    )
    const [certificate, key] = ['server.crt', 'server.key'].map((file) =>
      readFileSync(join(plane.folder, file), 'utf8'),
    )
    const stranger = await (await makeAuthority()).issue({ user: 'kube-apiserver' })
    writeFileSync(join(plane.folder, 'server.key'), stranger.key)
    writeFileSync(join(plane.folder, 'server.crt'), stranger.certificate)
    await soon(
      async () => (await servedBy(plane)) === undefined,
      "the stranger's certificate was not served",
    )
    chaos.cut()
    const untrusted = await siteIs(lea, isState('failed', 'stale'))
    expect(untrusted.failure).toMatchObject({ code: 'CLUSTER_UNTRUSTED' })
    writeFileSync(join(plane.folder, 'server.key'), key ?? '')
    writeFileSync(join(plane.folder, 'server.crt'), certificate ?? '')
    await soon(
      async () => (await servedBy(plane)) !== undefined,
      'the old certificate was not served again',
    )
    await lea.takt.sites.connect({ site: lea.site })
    await siteIs(lea, live)
  })
})

/** The version that is served to somebody who trusts this plane's authority; undefined where its certificate is another's. */
async function servedBy(of: Plane): Promise<string | undefined> {
  const fresh = of.anonymous()
  try {
    return (await fresh.call('/version')).text
  } catch {
    return undefined
  } finally {
    await fresh.close()
  }
}

describe('a network', () => {
  test('that swallows everything makes the site stale with its reason, and all is current once it carries again', async () => {
    const lea = await lead()
    await records(lea, 'Tool')
    chaos.blackhole(true)
    const stale = await siteIs(lea, isState('stale'))
    expect(stale.failure).toMatchObject({ code: 'CLUSTER_TIMED_OUT' })
    // The last seen records are still there, marked as such.
    const last = await awaited(await lea.takt.records.watch({ kinds: ['Tool'] }), () => true)
    expect(last).toMatchObject({ live: false })
    expect(last.upserts.length).toBeGreaterThan(0)
    await addTool('swallowed')
    chaos.blackhole(false)
    await siteIs(lea, live)
    await soon(
      async () => (await records(lea, 'Tool')).includes('swallowed'),
      'the records stayed old',
    )
  })

  test('that is 200 ms slow lets a project be made', async () => {
    chaos.delay(100)
    const lea = await lead()
    await lea.run(await planFor(lea, 'slow'))
    expect(await made('slow')).toEqual(WHOLE)
  })

  test('that is 5 s slow still shows the records', async () => {
    chaos.delay(2500)
    const lea = await lead()
    expect(await records(lea, 'Tool')).toContain('jupyter')
    expect((await lea.state()).state).toBe('live')
  })

  test('that loses the answer to a write: the retried operation finds what it made', async () => {
    const lea = await lead()
    const plan = await planFor(lea, 'lost')
    chaos.delay(60)
    const { operationId } = await lea.takt.operations.start({ planId: plan.id })
    await soon(() => exists('/apis/takt.dev/v1alpha1/projects/lost'), 'the operation did not begin')
    chaos.cut()
    const first = await endedWell(lea, operationId)
    if (first.state === 'failed') await lea.takt.operations.retry({ operationId })
    expect((await endedWell(lea, operationId)).state).toBe('done')
    expect(await made('lost')).toEqual(WHOLE)
  })
})

describe('a credential', () => {
  const tokenOf = async (account: string): Promise<string> => {
    await plane.applyManifests([
      {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name: account, namespace: 'default' },
      },
      bound(account),
    ])
    const made = await plane.admin.ask<{ status: { token: string } }>(
      `/api/v1/namespaces/default/serviceaccounts/${account}/token`,
      { method: 'POST', json: { spec: {} } },
    )
    return made.status.token
  }
  const withUser = (user: object): string =>
    stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'takt-tests',
      clusters: [
        {
          name: 'takt-tests',
          cluster: {
            server: chaos.url(plane.server),
            'certificate-authority-data': Buffer.from(plane.authority).toString('base64'),
          },
        },
      ],
      users: [{ name: 'lea', user }],
      contexts: [{ name: 'takt-tests', context: { cluster: 'takt-tests', user: 'lea' } }],
    })

  test('that is revoked ends the connection with its reason, the server is left in peace, and a new one in the file opens it', async () => {
    const file = join(scratch, 'token')
    writeFileSync(file, await tokenOf('revoked'))
    const lea = await lead({ kubeconfig: withUser({ tokenFile: file }) })
    await plane.admin.call('/api/v1/namespaces/default/serviceaccounts/revoked', {
      method: 'DELETE',
    })
    const refused = await siteIs(lea, isState('failed'))
    expect(refused.failure).toMatchObject({ code: 'CREDENTIAL_REFUSED' })
    const before = chaos.opened()
    // At this speed of its clock that is a minute: nothing may be tried again by itself.
    await new Promise((later) => setTimeout(later, 3000))
    expect(chaos.opened() - before).toBeLessThanOrEqual(1)
    writeFileSync(file, await tokenOf('renewed'))
    await soon(
      () =>
        lea.takt.sites.connect({ site: lea.site }).then(
          () => true,
          () => false,
        ),
      'the new token was not taken',
    )
    expect((await siteIs(lea, live)).user).toBe('system:serviceaccount:default:renewed')
  })

  test('whose kubeconfig is rewritten moves the open site to its new server by itself', async () => {
    const lea = await lead()
    const second = await startChaos(plane.server)
    const text = readFileSync(lea.kubeconfig, 'utf8').replace(
      chaos.url(plane.server),
      second.url(plane.server),
    )
    // As careful programs write: beside it, then over it.
    writeFileSync(`${lea.kubeconfig}.new`, text, { mode: 0o600 })
    renameSync(`${lea.kubeconfig}.new`, lea.kubeconfig)
    await soon(
      async () =>
        (await lea.state()).server === second.url(plane.server) &&
        (await lea.state()).state === 'live',
      'the site did not move',
    )
    await chaos.refuse(true)
    expect((await lea.takt.records.list({ kind: 'Tool' })).length).toBeGreaterThan(0)
    await chaos.refuse(false)
    await lea.leave()
    seated.splice(seated.indexOf(lea), 1)
    await second.close()
  })

  const plugin = (name: string, script: string): object => {
    const command = join(scratch, name)
    writeFileSync(command, `#!/bin/sh\n${script}\n`)
    chmodSync(command, 0o755)
    return {
      exec: { apiVersion: 'client.authentication.k8s.io/v1', command, interactiveMode: 'Never' },
    }
  }
  const printing = (token: string, until: string): string =>
    `echo '${JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: { token, expirationTimestamp: until } })}'`

  test('whose plugin hangs is given up after its minute, named, and nothing of it goes on', async () => {
    const hanging = plugin(
      'hanging',
      `echo $$ > ${scratch}/pid; echo "waiting for the browser" >&2; sleep 600`,
    )
    await expect(lead({ kubeconfig: withUser(hanging) })).rejects.toMatchObject({
      code: 'PLUGIN_FAILED',
      data: {
        command: expect.stringContaining('hanging') as string,
        stderr: expect.stringContaining('waiting for the browser') as string,
      },
    })
    const pid = Number(readFileSync(join(scratch, 'pid'), 'utf8'))
    await soon(() => Promise.resolve(!isAlive(pid)), 'the plugin is still running')
  })

  test('that ended during eight hours of sleep is renewed once and only when somebody is back, and what the machine slept through is read again', async () => {
    const clock = new BentClock()
    const token = await tokenOf('sleeper')
    const soonOver = new Date(clock.now() + HOUR_MS).toISOString()
    const runs = (): number => readFileSync(join(scratch, 'runs'), 'utf8').trim().split('\n').length
    // After the sleep the plugin answers for the next day.
    const later = new Date(clock.now() + 24 * HOUR_MS).toISOString()
    const script = `echo run >> ${scratch}/runs; if [ "$(wc -l < ${scratch}/runs)" -gt 1 ]; then ${printing(token, later)}; else ${printing(token, soonOver)}; fi`
    const lea = await lead({ clock, kubeconfig: withUser(plugin('sleeper', script)) })
    await records(lea, 'Tool')
    expect(runs()).toBe(1)
    chaos.silence()
    clock.jump(8 * HOUR_MS)
    await addTool('slept-through')
    // The machine is awake and nobody is there: a plugin might open a window, so it waits.
    expect((await siteIs(lea, isState('stale'))).failure).toMatchObject({ code: 'SIGN_IN_WAITS' })
    expect(runs()).toBe(1)
    await lea.takt.sites.here({})
    await siteIs(lea, live)
    await soon(
      async () => (await records(lea, 'Tool')).includes('slept-through'),
      'what was slept through was not read',
    )
    expect(runs()).toBe(2)
  })
})
const bound = (account: string) => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  metadata: { name: `takt-lead-${account}` },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'takt-lead' },
  subjects: [{ kind: 'ServiceAccount', name: account, namespace: 'default' }],
})
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe('a clock', () => {
  test.each([
    ['an hour ahead', HOUR_MS],
    ['a day behind', -24 * HOUR_MS],
  ])("that is %s: what is shown is by the server's time", async (_which, aheadMs) => {
    const lea = await lead({ clock: new BentClock({ aheadMs }) })
    const { asOf } = await siteIs(lea, live)
    expect(Math.abs(Date.parse(asOf ?? '') - Date.now())).toBeLessThan(5000)
    const seen = await awaited(
      await lea.takt.records.watch({ kinds: ['Tool'] }),
      ({ live: isLive }) => isLive,
    )
    expect(Math.abs(Date.parse(seen.asOf) - Date.now())).toBeLessThan(5000)
  })
})
