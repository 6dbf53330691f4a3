import { UnusableInput } from '../domain/failures'

/** Why a bundle is not opened; nothing of it is used then. */
export const damaged = (says: string) =>
  new UnusableInput(`This bundle ${says}`, 'Ask for it again; nothing of it was used.')
export const fromTheFuture = (form: number, known: number) =>
  new UnusableInput(
    `This bundle was written by a newer Takt (form ${form}, this one reads up to ${known}).`,
    'Update Takt, then open it again.',
  )
