import type { ReplayQuestion } from '../../../preload/contract/replay'
import { answer, type Implementer } from '../../platform/contract'
import type { Replay } from './service'

export const replayHandlers = (os: Implementer['replay'], service: Replay) => {
  const { sources, kept } = service
  return {
    sources: os.sources.handler(() => ({ sources: sources.list(), sites: service.sites() })),
    import: os.import.handler(async ({ input, context: { session } }) =>
      answer(await sources.import({ ...input, owner: session })),
    ),
    importHistory: os.importHistory.handler(async ({ input, signal }) =>
      answer(await sources.importHistory(input.site, signal)),
    ),
    forgetSource: os.forgetSource.handler(({ input }) => answer(sources.forget(input.id), {})),
    run: os.run.handler(({ input, signal }) => played(service, 'run', { question: input, signal })),
    frontier: os.frontier.handler(({ input, signal }) =>
      played(service, 'frontier', { question: input, signal }),
    ),
    keep: os.keep.handler(({ input }) => answer(kept.keep(input.id, input.title))),
    saved: os.saved.handler(() => kept.list()),
    savedRun: os.savedRun.handler(({ input }) => answer(kept.find(input.id))),
    rename: os.rename.handler(({ input }) => answer(kept.rename(input.id, input.title), {})),
    proposeKnob: os.proposeKnob.handler(async ({ input: { run, ...proposal }, signal }) =>
      answer(await service.propose(proposal, { run, signal })),
    ),
    remove: os.remove.handler(({ input }) => answer(kept.remove(input.id), {})),
  }
}
const played = (
  service: Replay,
  kind: 'run' | 'frontier',
  { question, signal }: { question: ReplayQuestion; signal: AbortSignal | undefined },
) => answer(service.play({ kind, question, signal }))
