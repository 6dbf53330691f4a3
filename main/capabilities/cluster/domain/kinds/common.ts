import { entries, text, type Peek } from '../peek'

/** Labels that machinery writes for itself: nobody looks for them, and they make every row different. */
const MACHINE = /(^|\/)(controller-uid|pod-template-hash|controller-revision-hash|pod-index|pod-name|job-completion-index|pod-template-generation)$/
/** The labels people know an object by, as words. */
export const labelWords = (object: Peek): string =>
  entries(object, 'metadata', 'labels').filter(([name]) => !MACHINE.test(name)).map(([name, value]) => `${name}=${value}`).join(' ')

export const identity = (object: Peek) => ({ namespace: text(object, 'metadata', 'namespace'), name: text(object, 'metadata', 'name'), uid: text(object, 'metadata', 'uid') })
