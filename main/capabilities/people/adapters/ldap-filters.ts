import {
  AndFilter,
  EqualityFilter,
  ExtensibleFilter,
  OrFilter,
  SubstringFilter,
  type Filter,
} from 'ldapts'
import type { LdapSettings } from '../../../../preload/contract/people'
import { attributesOf } from '../domain/names'
import type { Kind } from '../ports'

type Flavour = LdapSettings['flavour']
/** Follows groups in groups on the server; only Active Directory knows it. */
const IN_CHAIN = '1.2.840.113556.1.4.1941'

// Filters are built from objects and never from text, so that nothing typed can become a part of them.
const is = (attribute: string, value: string): Filter => new EqualityFilter({ attribute, value })
const begins = (attribute: string, value: string): Filter =>
  new SubstringFilter({ attribute, initial: value })
const within = (attribute: string, value: string): Filter =>
  new SubstringFilter({ attribute, any: [value] })
const any = (filters: Filter[]): Filter => new OrFilter({ filters })
const all = (filters: Filter[]): Filter => new AndFilter({ filters })

export function kindFilter(flavour: Flavour, kind: Kind): Filter {
  if (flavour === 'active-directory')
    return kind === 'User'
      ? all([is('objectCategory', 'person'), is('objectClass', 'user')])
      : is('objectClass', 'group')
  return kind === 'User'
    ? is('objectClass', 'person')
    : any(
        ['groupOfNames', 'groupOfUniqueNames', 'posixGroup'].map((each) => is('objectClass', each)),
      )
}

/** People or groups that the typed text may mean. */
export function searchFilter(settings: LdapSettings, kind: Kind, text: string): Filter {
  const { user, group } = attributesOf(settings)
  const names =
    kind === 'User'
      ? [begins(user, text), begins('mail', text), begins('sn', text), within('cn', text)]
      : [begins(group, text), within('cn', text)]
  // Ambiguous name resolution takes first and last name in either order, and uses the index that the server has for it.
  const more = settings.flavour === 'active-directory' ? [is('anr', text)] : []
  return all([kindFilter(settings.flavour, kind), any([...names, ...more])])
}

export const namedFilter = (settings: LdapSettings, kind: Kind, names: string[]): Filter => {
  const attribute = attributesOf(settings)[kind === 'User' ? 'user' : 'group']
  return all([kindFilter(settings.flavour, kind), any(names.map((name) => is(attribute, name)))])
}
export const inGroupDirectly = (dn: string): Filter => is('memberOf', dn)
/** The people in a group and in the groups in it, as Active Directory alone can be asked at once. */
export const inGroupAnyhow = (flavour: Flavour, dn: string): Filter =>
  all([
    kindFilter(flavour, 'User'),
    new ExtensibleFilter({ matchType: 'memberOf', rule: IN_CHAIN, value: dn }),
  ])
export const anything = (): Filter =>
  any([
    is('objectClass', 'person'),
    is('objectClass', 'group'),
    is('objectClass', 'groupOfNames'),
    is('objectClass', 'groupOfUniqueNames'),
    is('objectClass', 'posixGroup'),
  ])
