import type { LdapSettings } from '../../../../preload/contract/people'

type Naming = Pick<
  LdapSettings,
  'flavour' | 'userAttribute' | 'groupAttribute' | 'userPrefix' | 'groupPrefix'
>
/** The attributes that names are made from: what was set, else what the flavour usually has. */
export const attributesOf = ({
  flavour,
  userAttribute,
  groupAttribute,
}: Pick<Naming, 'flavour' | 'userAttribute' | 'groupAttribute'>) => ({
  user: userAttribute ?? (flavour === 'active-directory' ? 'sAMAccountName' : 'uid'),
  group: groupAttribute ?? 'cn',
})

/** What the directory calls somebody whom the cluster calls so; undefined for a name that cannot be of this directory. */
export function withoutPrefix(
  kind: 'User' | 'Group',
  name: string,
  { userPrefix, groupPrefix }: Pick<Naming, 'userPrefix' | 'groupPrefix'>,
): string | undefined {
  // Names with "system:" are the cluster's own: nobody in a company is called so.
  if (name.startsWith('system:')) return undefined
  const prefix = kind === 'User' ? userPrefix : groupPrefix
  return name.startsWith(prefix) && name.length > prefix.length
    ? name.slice(prefix.length)
    : undefined
}
export const withPrefix = (
  kind: 'User' | 'Group',
  name: string,
  { userPrefix, groupPrefix }: Pick<Naming, 'userPrefix' | 'groupPrefix'>,
): string => `${kind === 'User' ? userPrefix : groupPrefix}${name}`

/** How near an entry is to what was typed: the whole name before its beginning, the beginning before the middle. */
export function nearness(
  text: string,
  { name, title, mail }: { name: string; title: string; mail?: string | undefined },
): number {
  const wanted = text.toLowerCase()
  const given = [name, title, mail ?? ''].map((each) => each.toLowerCase())
  if (given.includes(wanted)) return 0
  if (given.some((each) => each.startsWith(wanted))) return 1
  return given.some((each) => each.split(/[\s.@_:/-]+/).some((part) => part.startsWith(wanted)))
    ? 2
    : 3
}
