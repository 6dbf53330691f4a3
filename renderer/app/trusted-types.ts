interface PolicyFactory {
  createPolicy(name: string, rules: { createHTML(text: string): string | null }): unknown
}
/** Text of a style sheet passes as it is; whatever could begin an element or a character reference does not. */
export const onlyText = (text: string): string | null => (/[<&]/.test(text) ? null : text)

/**
 * Everything that could turn text into markup or code asks this policy. Mantine writes its variables as the text of a style element, and that
 * is all there is: scripts and their addresses have no rule here, so none is ever made from text.
 */
export function guardMarkup(
  factory: PolicyFactory | undefined = (globalThis as { trustedTypes?: PolicyFactory })
    .trustedTypes,
) {
  factory?.createPolicy('default', { createHTML: onlyText })
}
