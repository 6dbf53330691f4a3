import { at, text, type Peek } from '../peek'

/** Labels that machinery writes for itself: nobody looks for them, and they make every row different. */
const MACHINE =
  /(^|\/)(controller-uid|pod-template-hash|controller-revision-hash|pod-index|pod-name|job-completion-index|pod-template-generation)$/
const KNOWN = new Map<string, boolean>()
function isMachine(name: string): boolean {
  const known = KNOWN.get(name)
  if (known !== undefined) return known
  const found = MACHINE.test(name)
  if (KNOWN.size < 5_000) KNOWN.set(name, found)
  return found
}
/** The labels people know an object by, as words. */
export function labelWords(object: Peek): string {
  const labels = at(object, 'metadata', 'labels')
  if (typeof labels !== 'object' || labels === null) return ''
  const words: string[] = []
  for (const [name, value] of Object.entries(labels))
    if (typeof value === 'string' && !isMachine(name)) words.push(name, '=', value, ' ')
  words.pop()
  // Joined, a text is one piece of memory; added up, it would keep every piece it was made of.
  return words.join('')
}

export const identity = (object: Peek) => ({
  namespace: text(object, 'metadata', 'namespace'),
  name: text(object, 'metadata', 'name'),
  uid: text(object, 'metadata', 'uid'),
})
