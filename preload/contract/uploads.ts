import { z } from 'zod'
import { entry } from './common'
import { megabytes, MOST_UPLOAD_BYTES, UPLOAD_PIECE_BYTES } from './limits'

/** Why a file is not taken from a page, with both sizes; undefined where it is taken. Said before anything is sent. */
export const whyTooLarge = (bytes: number, most = MOST_UPLOAD_BYTES): string | undefined =>
  bytes > most
    ? `has ${megabytes(bytes)}, and at most ${megabytes(most)} are taken from a page`
    : undefined

/** A file on its way from a page to the core, or arrived and not used yet. */
export const UploadRef = z.object({ upload: z.string().regex(/^[0-9a-f]{32}$/) })
const Arrived = z.object({
  bytes: z.number().int().describe('How much of it is there, from its beginning'),
})

export const uploads = {
  begin: entry
    .meta({
      says: 'Begins to take a file from a page, piece by piece. It lies in a private folder until it is used or given up; another session knows nothing of it.',
    })
    .input(
      z.object({
        name: z.string().min(1).max(255),
        bytes: z
          .number()
          .int()
          .min(0)
          .max(MOST_UPLOAD_BYTES, {
            error: ({ input }) => whyTooLarge(Number(input)) ?? 'is too large',
          }),
      }),
    )
    .output(UploadRef),
  put: entry
    .meta({ says: 'Takes the next piece of a file and answers how much of it is there.' })
    .input(
      UploadRef.extend({
        at: z.number().int().min(0).describe('Where the piece begins: all before it is there'),
        piece: z.file().max(UPLOAD_PIECE_BYTES),
      }),
    )
    .output(Arrived),
  arrived: entry
    .meta({
      says: 'How much of a file is there, for whoever lost the connection and goes on from there.',
    })
    .input(UploadRef)
    .output(Arrived),
  giveUp: entry
    .meta({ says: 'Forgets a file that was on its way; what came of it is removed.' })
    .input(UploadRef)
    .output(z.object({})),
}
