import { slugify } from 'transliteration'

/** The longest DNS label, which is what a name of Kubernetes is. */
const LONGEST = 63
/**
 * A name that Kubernetes accepts, made from what somebody wrote in any script: 'Ærlig stemme?' becomes aerlig-stemme. Empty where
 * nothing of it can be a name (only emoji, only marks): then the person is asked for one.
 */
export const nameFrom = (text: string, most = LONGEST): string =>
  slugify(text.normalize('NFC'), { separator: '-', lowercase: true, allowedChars: 'a-zA-Z0-9' })
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, most)
    .replace(/^-+|-+$/g, '')
