import { z } from 'zod'
import { holdsUserinfo, plainAddress } from './text/address'

/**
 * An address that is kept or passed on as it is typed. No vault stands behind it, so one that holds a user name or password is refused, with
 * what to do `instead`.
 */
export const refusingUserinfo = <S extends z.ZodType<string, string>>(
  address: S,
  instead: string,
) =>
  address.refine(
    (typed) => !holdsUserinfo(typed),
    `an address without user name and password: ${instead}`,
  )
/** An address in a record or a draft. Whatever user name and password somebody left in it is taken out wherever it is read or written. */
export const recordedAddress = (most: number) => z.string().max(most).overwrite(plainAddress)
