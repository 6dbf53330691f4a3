import type { FailureOf, SavedCopy } from './failures'
import type { Words } from './explain'

/** What a person would call the rows of a table; what comes again by itself from the sites is not counted as a loss. */
const NOUNS: Record<string, readonly [one: string, many: string]> = {
  draft: ['draft', 'drafts'],
  setting: ['setting', 'settings (consents and monitors among them)'],
  operation: ['operation', 'operations'],
  sample: ['measurement', 'measurements'],
  blob: ['file', 'files'],
}

/** What a copy holds, in words. */
export const counted = (rows: SavedCopy['rows']): string =>
  rows
    .flatMap(({ table, rows: count, complete }) => {
      const noun = NOUNS[table]
      if (!noun || count === 0) return []
      return [
        `${String(count)} ${count === 1 ? noun[0] : noun[1]}${complete ? '' : ' (others are lost)'}`,
      ]
    })
    .join(', ') || 'nothing of your own'

/** A moment as a person in UTC reads it, with its day. */
export const savedAt = (ms: number): string =>
  `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`

/** One thing to begin again with, in a sentence. */
export const describeSaved = ({ from, at, rows }: SavedCopy): string =>
  from === 'backup'
    ? `a copy of ${savedAt(at ?? 0)} with ${counted(rows)}; what changed since is missing from it`
    : `in the damaged file itself ${counted(rows)} can still be read`

export const STORE_WORDS: {
  [C in 'STORE_IN_USE' | 'STORE_FULL' | 'STORE_READ_ONLY' | 'STORE_NEWER' | 'STORE_DAMAGED']: (
    data: FailureOf<C>['data'],
  ) => Words
} = {
  STORE_IN_USE: (data) => ({
    says: `Another copy of Takt (${data.holder}) uses ${data.file}.`,
    remedy: 'Use that window, or start this one with another --store folder.',
  }),
  STORE_FULL: (data) => ({
    says: `The disk that holds ${data.file} is full.`,
    remedy: 'Free some space; what was not written is tried again.',
  }),
  STORE_READ_ONLY: (data) => ({
    says: `${data.file} may only be read here, so nothing is kept.`,
    remedy: 'Give yourself the right to write there, or start with another --store folder.',
  }),
  STORE_NEWER: (data) => ({
    says: `${data.file} was written by a newer Takt: its form is ${String(data.version)}, this one knows up to ${String(data.known)}.`,
    remedy: 'Update Takt, or start with another --store folder. Nothing was written.',
  }),
  STORE_DAMAGED: (data) => ({
    says: `The local store ${data.file} is damaged. ${
      data.saved.length > 0
        ? `Saved: ${data.saved.map(describeSaved).join('; ')}.`
        : 'Nothing of it can be read, and there is no copy.'
    } Nothing was written since.`,
    remedy:
      'Choose with takt store recover: rescue (the newest copy and over it what still reads), a copy, or empty. The damaged file is set aside, never deleted.',
  }),
}
