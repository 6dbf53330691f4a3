import type { Tool } from '../../../../preload/contract/records'
import type { PodFacts } from '../../../kernel/inventory'

type Check = NonNullable<Tool['status']['testStart']>['checks'][number]
/** What a test start saw; undefined is what could not be found out. */
export interface Seen {
  image: string
  port: number
  probePath: string
  memoryGi: number
  pod: PodFacts | undefined
  outOfMemory: boolean
  /** Seconds of the site's clock until the port answered; undefined where it never did. */
  answeredAfter: number | undefined
  status: number | undefined
  waitedSeconds: number
  /** What `id -u` said. */
  user: string | undefined
  /** Files written since the start outside the volume and temporary folders. */
  strayFiles: string[] | undefined
  tellsActivity: boolean | undefined
}
const check = (name: string, result: Check['result'], detail: string): Check => ({
  name,
  result,
  detail: detail.slice(0, 300),
})
const BROKEN = new Set(['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName'])

function pulls({ pod }: Seen): Check {
  if (pod?.waiting && BROKEN.has(pod.waiting.reason))
    return check('image can be pulled', 'fail', pod.waiting.message || pod.waiting.reason)
  if (pod && (pod.ready || pod.phase === 'Running'))
    return check(
      'image can be pulled',
      'pass',
      pod.node === undefined ? 'pulled' : `on ${pod.node}`,
    )
  return check(
    'image can be pulled',
    'unknown',
    pod?.unschedulable ? 'no node had room for the test' : 'it never came so far',
  )
}
function answers({ answeredAfter, status, waitedSeconds, port, probePath, pod }: Seen): Check {
  const name = `port ${String(port)} answers`
  if (answeredAfter !== undefined)
    return check(
      name,
      status !== undefined && status >= 400 ? 'fail' : 'pass',
      `${probePath} ${status === undefined ? '' : String(status)} after ${String(Math.round(answeredAfter))} s`,
    )
  if (pod === undefined || pod.node === undefined) return check(name, 'unknown', 'it never started')
  return check(name, 'fail', `no answer within ${String(Math.round(waitedSeconds))} s`)
}
function limits({ pod, outOfMemory, memoryGi }: Seen): Check {
  if (outOfMemory)
    return check(
      'stays in its limits',
      'fail',
      `was stopped for using more than ${String(memoryGi)} GiB`,
    )
  if (pod?.ready)
    return check(
      'stays in its limits',
      'pass',
      `was not stopped within ${String(memoryGi)} GiB while it started`,
    )
  return check('stays in its limits', 'unknown', 'it never ran')
}
function person({ user }: Seen): Check {
  if (user === undefined)
    return check('runs as an ordinary user', 'unknown', 'it has no id command to ask')
  return user === '0'
    ? check('runs as an ordinary user', 'fail', 'runs as root')
    : check('runs as an ordinary user', 'pass', `user ${user}`)
}
function writes({ strayFiles }: Seen): Check {
  const name = 'writes only to its volume'
  if (strayFiles === undefined) return check(name, 'unknown', 'it has no find command to look with')
  return strayFiles.length === 0
    ? check(name, 'pass', 'nothing written elsewhere while it started')
    : check(name, 'fail', strayFiles.slice(0, 3).join(', '))
}
const idle = ({ tellsActivity }: Seen): Check =>
  tellsActivity === true
    ? check('tells when it is idle', 'pass', 'its status names the last activity')
    : check('tells when it is idle', 'unknown', 'no signal, the clock is used')

/** The checks of a test start, each honest about what could not be known. */
export const checksOf = (seen: Seen): Check[] => [
  check(
    'image is pinned',
    /@sha256:[0-9a-f]{64}$/.test(seen.image) ? 'pass' : 'fail',
    seen.image.replace(/^.*@/, '').slice(0, 19),
  ),
  pulls(seen),
  answers(seen),
  limits(seen),
  person(seen),
  writes(seen),
  idle(seen),
]

/** Why a tool may not be approved without a reason; undefined where every check passed. */
export function openChecks(tool: Pick<Tool, 'status'>): string | undefined {
  const checks = tool.status.testStart?.checks
  if (!checks) return 'it was never test-started'
  const failed = checks.filter(({ result }) => result === 'fail')
  return failed.length > 0 ? `${failed.map(({ name }) => name).join(', ')} failed` : undefined
}
