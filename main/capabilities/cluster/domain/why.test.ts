import { describe, expect, test } from 'vitest'
import {
  howEnded,
  positionsOf,
  whyNoQuota,
  whyNotStarted,
  whyQueued,
  whyUnschedulable,
  type Said,
} from './why'

test.each<[message: string, says: string]>([
  [
    '0/500 nodes are available: 300 Insufficient nvidia.com/gpu, 200 node(s) had untolerated taint {team: vision}. preemption: 0/500 nodes are available: 500 No preemption victims found for incoming pod.',
    'no node fits: 300 nodes without enough free GPUs, 200 nodes kept for others (team)',
  ],
  [
    "0/3 nodes are available: 1 node(s) were unschedulable, 2 node(s) didn't match Pod's node affinity/selector.",
    'no node fits: 2 nodes of another kind, 1 node draining',
  ],
  [
    '0/1 nodes are available: 1 Insufficient memory.',
    'no node fits: 1 node without enough free memory',
  ],
  [
    '0/1500 nodes are available: 1500 Insufficient nvidia.com/mig-3g.40gb.',
    'no node fits: 1,500 nodes without enough free MIG 3g.40gb',
  ],
  [
    '0/2 nodes are available: 2 node(s) had a secret reason.',
    'no node fits: 2 nodes: node(s) had a secret reason',
  ],
  ['persistentvolumeclaim "data" not found', 'the volume claim data does not exist'],
  ['no nodes available to schedule pods', 'there is no node at all'],
  ['something else entirely', 'something else entirely'],
  ['', 'no node has been found yet'],
])('the scheduler says %s', (message, says) => expect(whyUnschedulable(message)).toBe(says))

test.each<[message: string, says: string]>([
  [
    "couldn't assign flavors to pod set main: insufficient unused quota for nvidia.com/gpu in flavor a100, 4 more needed",
    '4 GPUs short in quota a100',
  ],
  [
    "couldn't assign flavors to pod set main: insufficient quota for nvidia.com/gpu in flavor a100, request > maximum capacity (16 > 8)",
    'asks for 16 GPUs, quota a100 has 8 at most',
  ],
  ["LocalQueue lq doesn't exist", 'the queue lq does not exist'],
  ['ClusterQueue vision is inactive', 'the queue vision is stopped'],
  [
    'The workload is waiting behind an older one in a StrictFIFO ClusterQueue',
    'behind an older one, nobody overtakes here',
  ],
  ['a sentence nobody foresaw', 'a sentence nobody foresaw'],
])('the queue says %s', (message, says) => expect(whyNoQuota(message)).toBe(says))

describe('queued work', () => {
  const said = (type: string, status: string, more: Partial<Said> = {}): Said => ({
    type,
    status,
    reason: '',
    message: '',
    ...more,
  })
  const work = (more: Partial<Parameters<typeof whyQueued>[0]> = {}) =>
    whyQueued({ active: true, queue: 'credit', conditions: [], checks: [], ...more })
  test.each<[why: string, found: string, says: string]>([
    ['admitted', work({ conditions: [said('Admitted', 'True')] }), ''],
    ['over', work({ conditions: [said('Finished', 'True')] }), ''],
    ['deactivated', work({ active: false }), 'held: somebody deactivated it'],
    ['without a queue', work({ queue: '' }), 'it names no queue'],
    ['not looked at yet', work(), 'in queue credit'],
    ['first', work({ position: 1 }), 'first in queue credit'],
    ['behind others', work({ position: 5 }), 'behind 4 in queue credit'],
    [
      'short of quota',
      work({
        position: 2,
        conditions: [
          said('QuotaReserved', 'False', {
            message:
              "couldn't assign flavors to pod set main: insufficient unused quota for nvidia.com/gpu in flavor a100, 4 more needed",
          }),
        ],
      }),
      '4 GPUs short in quota a100; behind 1 in queue credit',
    ],
    [
      'preempted',
      work({
        position: 1,
        conditions: [
          said('Evicted', 'True', { reason: 'Preempted' }),
          said('QuotaReserved', 'False'),
        ],
      }),
      'gave way to more urgent work; first in queue credit',
    ],
    [
      'checked',
      work({
        conditions: [said('QuotaReserved', 'True')],
        checks: [{ name: 'multikueue', state: 'Pending', message: '' }],
      }),
      'quota is reserved, waits for check multikueue',
    ],
    [
      'about to start',
      work({ conditions: [said('QuotaReserved', 'True')] }),
      'quota is reserved, it starts in a moment',
    ],
  ])('%s', (_why, found, says) => expect(found).toBe(says))
})

test('a container that has not begun says why once', () => {
  expect(whyNotStarted('ContainerCreating', 'x')).toBe('its containers are being made')
  expect(whyNotStarted('ImagePullBackOff', 'Back-off pulling image "a/b:1"')).toBe(
    'its image cannot be had: "a/b:1"',
  )
  expect(whyNotStarted('SomethingNew', '')).toBe('SomethingNew')
})
test('an end is told by its cause', () => {
  expect([
    howEnded({ reason: 'OOMKilled', exitCode: 137, signal: 0 }),
    howEnded({ reason: 'Completed', exitCode: 0, signal: 0 }),
    howEnded({ reason: 'Error', exitCode: 75, signal: 0 }),
    howEnded({ reason: '', exitCode: 1, signal: 9 }),
  ]).toEqual(['out of memory', '', 'ended with 75', 'ended by signal 9'])
})
test('places count by priority, then by age, in each queue', () => {
  const one = (name: string, clusterQueue: string, priority: number, since: number) => ({
    name,
    clusterQueue,
    priority,
    since,
  })
  const [a, b, c, d] = [
    one('a', 'x', 0, 5),
    one('b', 'x', 10, 9),
    one('c', 'y', 0, 7),
    one('d', 'x', 0, 1),
  ]
  const places = positionsOf([a, b, c, d])
  expect([a, b, c, d].map((each) => places.get(each))).toEqual([3, 1, 1, 2])
})
