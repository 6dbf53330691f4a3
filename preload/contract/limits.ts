/** The most bytes of one message to the core. Every layer that carries messages holds to this figure; what is larger goes up in pieces. */
export const MOST_MESSAGE_BYTES = 4 * 2 ** 20
/** A piece of a file on its way to the core: well under a message, and often enough for progress. */
export const UPLOAD_PIECE_BYTES = 2 ** 20
/** The largest file that is taken from a page. */
export const MOST_UPLOAD_BYTES = 64 * 2 ** 20
/** Calls and streams that one connection may have open at once; a page with every panel open has under forty. */
export const MOST_OPEN_CALLS = 512
