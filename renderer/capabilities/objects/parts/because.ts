import type { ObjectAction, Offer } from '../../../../preload/contract/objects'

/** Why a control cannot be pressed: what is missing and who can grant it. What is not known may be tried. */
export const because = (offer: Offer | undefined): string | undefined =>
  offer?.allowed === 'no' ? [offer.says, offer.remedy].filter(Boolean).join('; ') : undefined
export const offerOf = (
  offers: readonly Offer[] | undefined,
  action: ObjectAction,
): Offer | undefined => offers?.find((offer) => offer.action === action)
