/**
 * Characters that do something instead of showing something: controls (a terminal obeys them), direction marks (they turn what is read
 * around), what has no width, and halves of characters. Joiners stay: Persian and emoji are written with them.
 */
const UNSEEN =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|[\ud800-\udfff]/gu
const named = (letter: string) =>
  `<U+${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}>`

/** One line of text with every character that would act instead of showing written out as `<U+001B>`. */
export const visibleLine = (text: string): string => text.replace(UNSEEN, named)
/** The same for text of several lines: line ends and tabs stay. */
export const visibleText = (text: string): string =>
  text
    .replaceAll('\r\n', '\n')
    .replace(UNSEEN, (letter) => (letter === '\n' || letter === '\t' ? letter : named(letter)))
/** How many characters of a text act instead of showing. */
export const unseenIn = (text: string): number => text.match(UNSEEN)?.length ?? 0
/** JSON text with such characters escaped: it means the same, and a terminal obeys none of it. */
export const visibleJson = (json: string): string =>
  json.replace(UNSEEN, (letter) =>
    letter === '\n' || letter === '\t'
      ? letter
      : [...Array(letter.length).keys()]
          .map((at) => `\\u${letter.charCodeAt(at).toString(16).padStart(4, '0')}`)
          .join(''),
  )
