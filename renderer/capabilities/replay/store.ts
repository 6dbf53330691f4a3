import { create } from 'zustand'
import type { ReplayQuestion } from '../../../preload/contract/replay'

interface ReplayState {
  /** What was asked last of each source, so that coming back finds it as it was. */
  questions: Readonly<Record<string, ReplayQuestion>>
  source: string | undefined
  compared: string | undefined
}
export const useReplayStore = create<ReplayState>(() => ({
  questions: {},
  source: undefined,
  compared: undefined,
}))
export const ask = (question: ReplayQuestion) =>
  useReplayStore.setState(({ questions }) => ({
    questions: { ...questions, [question.source]: question },
  }))
