import { answer, type Implementer } from '../../platform/contract'
import type { Uploads } from './uploads'

export const uploadHandlers = (os: Implementer['uploads'], uploads: Uploads) => ({
  begin: os.begin.handler(async ({ input, context: { session } }) =>
    answer(await uploads.begin(input, session)),
  ),
  put: os.put.handler(async ({ input: { piece, ...ref }, context: { session } }) =>
    answer(
      await uploads.put({
        ...ref,
        owner: session,
        piece: new Uint8Array(await piece.arrayBuffer()),
      }),
    ),
  ),
  arrived: os.arrived.handler(async ({ input, context: { session } }) =>
    answer(await uploads.arrived({ ...input, owner: session })),
  ),
  giveUp: os.giveUp.handler(async ({ input, context: { session } }) => {
    await uploads.giveUp({ ...input, owner: session })
    return {}
  }),
})
