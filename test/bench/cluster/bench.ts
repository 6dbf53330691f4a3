import { execFileSync } from 'node:child_process'
import { loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { startPlane } from '../../cluster/stack/plane'
import { median, printTable } from '../shared/report'
import { Fleet, NODES, podOf, reachOf } from './fleet'
import { pageUnderEvents } from './page'
import { record } from './replay'
import { bare, informer, ours, type Measured } from './roles'

const ROLES = { ours, informer, bare }
type Role = keyof typeof ROLES
const flag = (name: string, usual: string) => {
  const at = process.argv.indexOf(`--${name}`)
  return at === -1 ? usual : (process.argv[at + 1] ?? usual)
}

/** One measurement in a process of its own, so that no heap holds what another left. */
function measure(role: Role, kubeconfig: string): Measured {
  const out = execFileSync(
    process.execPath,
    [
      '--expose-gc',
      '--max-old-space-size=8192',
      fileURLToPath(import.meta.url),
      '--role',
      role,
      '--kubeconfig',
      kubeconfig,
    ],
    { encoding: 'utf8', maxBuffer: 2 ** 26, stdio: ['ignore', 'pipe', 'inherit'] },
  )
  return JSON.parse(out.trim().split('\n').at(-1) ?? '{}') as Measured
}
const middle = (all: Measured[], field: keyof Measured): number | string => {
  const values = all.flatMap((one) => one[field] ?? [])
  return values.length === 0 ? '' : median(values)
}

async function bench() {
  const sizes = flag('pods', '10000,50000').split(',').map(Number)
  const [runs, minutes] = [Number(flag('runs', '3')), Number(flag('minutes', '10'))]
  // None leaves the page out: `--paces 0`.
  const paces = flag('paces', '250,1000,2000')
    .split(',')
    .map(Number)
    .filter((pace) => pace > 0)
  const say = (line: string) => process.stderr.write(`${line}\n`)
  printTable('How busy the machine was', ['load, 1 minute', '5 minutes'], [loadavg().slice(0, 2)])
  const plane = await startPlane({ nodes: true })
  try {
    const reach = reachOf(plane.kubeconfigPath)
    const fleet = new Fleet(reach)
    await fleet.namespaces()
    await plane.addGpuNodes({
      count: NODES,
      gpusEach: 8,
      product: 'NVIDIA-A100-SXM4-80GB',
      cpus: 512,
      memoryGib: 4096,
    })
    let made = 0
    for (const pods of sizes) {
      const began = performance.now()
      for (; made < pods; made += 1000) {
        await fleet.pods(made, Math.min(pods, made + 1000))
        if (made % 10_000 === 0)
          say(`${made} pods made, ${Math.round((performance.now() - began) / 1000)} s`)
      }
      await settled(fleet)
      // They would share the machine with whoever is measured; a cluster's own machines do not.
      const goOn = plane.holdOthers()
      const results = Object.fromEntries(
        (Object.keys(ROLES) as Role[]).map((role) => [
          role,
          Array.from({ length: runs }, () => measure(role, plane.kubeconfigPath)),
        ]),
      ) as Record<Role, Measured[]>
      goOn()
      report(pods, results)
      if (paces.length === 0) continue
      say('recording what a busy hour sounds like')
      const recorded = await record(reach, 5000, (index) => {
        const pod = podOf((index * 37) % pods)
        return fleet.ensure(
          'PATCH',
          `/api/v1/namespaces/${pod.metadata.namespace}/pods/${pod.metadata.name}/status`,
          {
            status: {
              message: `step ${index}`,
              containerStatuses: [
                {
                  name: 'main',
                  image: 'registry.example/x:1',
                  imageID: '',
                  ready: true,
                  restartCount: index % 7,
                  state: { running: { startedAt: '2026-11-23T12:00:00Z' } },
                },
              ],
            },
          },
        )
      })
      const page = await pageUnderEvents(reach, recorded, { paces, seconds: 60, pods })
      printTable(
        `Page under ${pods.toLocaleString('en')} pods, Chromium, recorded events replayed for 60 s at each pace`,
        [
          'events/s sent',
          'events/s shown',
          'tasks over 50 ms',
          'longest task, ms',
          'tasks over 50 ms of own time',
          'longest, ms of own time',
          'page heap before, MB',
          'after, MB',
          'core CPU, cores',
        ],
        page.runs.map((one) => [
          one.perSecond,
          one.shownPerSecond,
          String(one.tasksOver50),
          one.longestMs,
          String(one.tasksOver50Cpu),
          one.longestCpuMs,
          one.pageHeapBeforeMb,
          one.pageHeapAfterMb,
          one.coreCpu,
        ]),
      )
      printTable(
        'At rest',
        ['pods', 'core CPU with zero events, share of a core', 'core resident, MB'],
        [[pods.toLocaleString('en'), page.idleCpu.toPrecision(2), page.coreRssMb]],
      )
      if (pods === sizes.at(-1) && minutes > 0) {
        const long = await pageUnderEvents(reach, recorded, {
          paces: [1000],
          seconds: minutes * 60,
          pods,
        })
        printTable(
          `After ${minutes} minutes at 1,000 events/s`,
          [
            'tasks over 50 ms',
            'longest task, ms',
            'tasks over 50 ms of own time',
            'page heap before, MB',
            'after, MB',
            'core resident, MB',
          ],
          long.runs.map((one) => [
            String(one.tasksOver50),
            one.longestMs,
            String(one.tasksOver50Cpu),
            one.pageHeapBeforeMb,
            one.pageHeapAfterMb,
            long.coreRssMb,
          ]),
        )
      }
    }
    await fleet.close()
  } finally {
    await plane.stop()
  }
}
/** Waits until nobody changes pods any more. */
async function settled(fleet: Fleet) {
  for (let same = 0, before = ''; same < 3;) {
    const { text } = await fleet.send('GET', '/api/v1/pods?limit=1')
    const { metadata } = JSON.parse(text) as { metadata: { resourceVersion: string } }
    // Leases of five hundred nodes never rest, so a slow pace counts as rest.
    same = before !== '' && Number(metadata.resourceVersion) - Number(before) < 400 ? same + 1 : 0
    before = metadata.resourceVersion
    await new Promise((done) => setTimeout(done, 2000))
  }
}
function report(
  pods: number,
  { ours: mine, informer: theirs, bare: least }: Record<Role, Measured[]>,
) {
  const row = (name: string, all: Measured[]) => [
    name,
    middle(all, 'firstRowMs'),
    middle(all, 'rowsMs'),
    middle(all, 'allMs'),
    middle(all, 'cpuMs'),
    middle(all, 'heapMb'),
    middle(all, 'bytesPerPod'),
  ]
  printTable(
    `${pods.toLocaleString('en')} pods on ${NODES} nodes, median of ${mine.length} runs`,
    [
      '',
      'first row, ms',
      'all rows, ms',
      'all columns, ms',
      'CPU, ms',
      'heap, MB',
      'heap, bytes/pod',
    ],
    [row('Takt', mine), row('plain informer', theirs), row('bare download and parse', least)],
  )
  const number = (all: Measured[], field: keyof Measured) => Number(middle(all, field))
  printTable(
    'Against the targets',
    ['', 'measured', 'target'],
    [
      ['first row, ms', number(mine, 'firstRowMs'), '< 150'],
      ['all rows to the informer', number(mine, 'rowsMs') / number(theirs, 'allMs'), '≤ 0.1'],
      ['all columns to the bare cost', number(mine, 'allMs') / number(least, 'allMs'), '≤ 1.3'],
      ['heap, bytes/pod', number(mine, 'bytesPerPod'), '≤ 1,000'],
    ],
  )
}

const role = flag('role', '')
if (role in ROLES) {
  console.log(JSON.stringify(await ROLES[role as Role](flag('kubeconfig', ''))))
  process.exit(0)
} else await bench()
