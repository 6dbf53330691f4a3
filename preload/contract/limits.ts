/** The most bytes of one message to the core. Every layer that carries messages holds to this figure; what is larger goes up in pieces. */
export const MOST_MESSAGE_BYTES = 4 * 2 ** 20
/** A piece of a file on its way to the core: well under a message, and often enough for progress. */
export const UPLOAD_PIECE_BYTES = 2 ** 20
/** The largest file that is taken from a page. */
export const MOST_UPLOAD_BYTES = 64 * 2 ** 20
/** Calls and streams that one connection may have open at once; a page with every panel open has under forty. */
export const MOST_OPEN_CALLS = 512
/** The largest file of jobs once it is unpacked; no trace comes near this, and one that does is a trap or a mistake. */
export const MOST_TRACE_BYTES = 256 * 2 ** 20
/** Files of one session that may be on their way or waiting to be used, and their bytes together. */
export const MOST_UPLOADS = 4
export const MOST_UPLOADS_BYTES = 2 * MOST_UPLOAD_BYTES
/** The same of all sessions together: this much of the disk at most. */
export const MOST_UPLOADS_BYTES_TOGETHER = 8 * MOST_UPLOAD_BYTES
/** Messages to a page, and their bytes, that it has not read yet; above either, streams wait for it. */
export const MOST_UNREAD_MESSAGES = 64
export const MOST_UNREAD_BYTES = 2 ** 20
/** Bytes in words, as the page writes them. */
export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`
