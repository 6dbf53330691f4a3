import { eventIterator, oc } from '@orpc/contract'
import { implement } from '@orpc/server'
import { z } from 'zod'

const Row = z.object({ n: z.number(), text: z.string() })
/** As small as the product's own calls, so that what is measured is the way and not the work. */
export const benchContract = {
  echo: oc.input(z.object({ n: z.number() })).output(z.object({ n: z.number() })),
  count: oc
    .input(z.object({ items: z.number() }))
    .output(eventIterator(z.object({ n: z.number() }))),
  rows: oc.input(z.object({ rows: z.number() })).output(z.array(Row)),
}
const os = implement(benchContract)
export const benchRouter = os.router({
  echo: os.echo.handler(({ input }) => ({ n: input.n })),
  count: os.count.handler(async function* ({ input }) {
    for (let n = 0; n < input.items; n++) yield { n }
  }),
  rows: os.rows.handler(({ input }) =>
    Array.from({ length: input.rows }, (_, n) => ({ n, text: `row ${n}` })),
  ),
})
