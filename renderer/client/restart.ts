import { create } from 'zustand'

const useCount = create<{ restarts: number }>(() => ({ restarts: 0 }))
/** Begins the watches that several screens share anew, when a person asks to try again after they failed. */
export const restartWatches = () =>
  useCount.setState(({ restarts }) => ({ restarts: restarts + 1 }))
export const useRestarts = () => useCount(({ restarts }) => restarts)
