const GPU_WORDS: [pattern: RegExp, words: string][] = [
  [/nvidia\.com\/mig-(\S+)/, 'no free GPU slice of this size'],
  [/\/gpu$/, 'no free GPU'],
  [/^cpu$/, 'too few free cores'],
  [/^memory$/, 'too little free memory'],
  [/storage/, 'too little disk'],
]
const insufficient = (resource: string) =>
  GPU_WORDS.find(([pattern]) => pattern.test(resource))?.[1] ?? `too little ${resource}`

function plainReason(reason: string): string {
  const short = /Insufficient (\S+)/.exec(reason)
  if (short) return insufficient(short[1] ?? '')
  if (/untolerated taint/.test(reason)) return 'reserved for other work'
  if (/affinity|selector/.test(reason)) return 'not the wanted kind of GPU or place'
  if (/unschedulable/.test(reason)) return 'closed for maintenance'
  if (/unbound immediate|volume/.test(reason)) return 'its volume is not ready or lies elsewhere'
  if (/too many pods/i.test(reason)) return 'full of pods'
  return reason.trim()
}

/** Why no node takes a pod, from the scheduler's own sentence in plain words: "no free GPU (2 nodes), not the wanted kind of GPU or place (2 nodes)". */
export function plainRefusal(message: string): string {
  const match = /^0\/\d+ nodes are available: (.*?)\.(?: preemption:|$|\s)/s.exec(`${message} `)
  if (!match) return message
  const counts = new Map<string, number>()
  for (const part of (match[1] ?? '').split(/,\s*(?=\d)/)) {
    const [, count = '1', reason = part] = /^(\d+)\s+(.*)$/s.exec(part.trim()) ?? []
    counts.set(plainReason(reason), (counts.get(plainReason(reason)) ?? 0) + Number(count))
  }
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .map(([words, count]) => `${words} (${String(count)} ${count === 1 ? 'node' : 'nodes'})`)
    .join(', ')
}

/** What a pod waits for, in one word of the flow: hardware, data, quota or image. */
export const waitCause = (message: string): string =>
  /volume|claim/i.test(message) ? 'data' : /quota/i.test(message) ? 'quota' : 'hardware'
