import { z } from 'zod'
import { reportText } from '../../../capabilities/flow'
import { say } from '../output'
import { withCore, type OpenSession } from '../session'

const Options = z.object({
  from: z.string(),
  to: z.string(),
  zone: z.string(),
  ask: z.number().default(0),
  team: z.string().optional(),
})

/** The flow report from the work items of the home site, as the core knows them. */
export const recordedReport = (open: OpenSession) =>
  withCore(open, async (client, { options, json }) => {
    const { team, ...window } = Options.parse(options)
    const report = await client.flow.report({ ...window, ...(team !== undefined && { team }) })
    say(json ? report : reportText({ ...report, problems: [] }))
  })
