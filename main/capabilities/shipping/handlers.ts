import type { Clock } from '../../kernel/clock'
import { answer, type Implementer } from '../../platform/contract'
import { latest } from '../../platform/streams/latest'
import type { Shipping } from './service'

/** The part of the cloud's contract that is about data on its way. */
export const shippingHandlers = (
  os: Implementer['cloud'],
  { service, clock }: { service: Shipping; clock: Clock },
) => ({
  shipments: os.shipments.handler(({ signal }) =>
    latest({ subscribe: service.onChange, read: service.view, clock, signal }),
  ),
  planShip: os.planShip.handler(async ({ input, signal }) =>
    answer(await service.planShip(input, signal)),
  ),
})
