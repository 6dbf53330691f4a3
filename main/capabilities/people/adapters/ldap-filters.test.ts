import { expect, test } from 'vitest'
import type { LdapSettings } from '../../../../preload/contract/people'
import { inGroupAnyhow, kindFilter, namedFilter, searchFilter } from './ldap-filters'

const settings = (flavour: LdapSettings['flavour']): LdapSettings => ({
  kind: 'ldap',
  url: 'ldaps://dc.example',
  startTls: true,
  flavour,
  baseDn: 'dc=example',
  bindName: 'eve@example',
  userPrefix: '',
  groupPrefix: '',
})

test('Active Directory resolves ambiguous names itself, and is asked for accounts of people alone', () => {
  expect(searchFilter(settings('active-directory'), 'User', 'eve').toString()).toBe(
    '(&(&(objectCategory=person)(objectClass=user))(|(sAMAccountName=eve*)(mail=eve*)(sn=eve*)(cn=*eve*)(anr=eve)))',
  )
  expect(kindFilter('active-directory', 'Group').toString()).toBe('(objectClass=group)')
})

test('groups in groups are left to the rule that Active Directory has for them', () => {
  expect(inGroupAnyhow('active-directory', 'cn=ml,dc=example').toString()).toContain(
    '(memberOf:1.2.840.113556.1.4.1941:=cn=ml,dc=example)',
  )
})

test('what was typed cannot end its filter and begin another', () => {
  const text = searchFilter(settings('openldap'), 'User', '*)(objectClass=*').toString()
  expect(text).not.toContain('*)(objectClass=*)')
  expect(text).toMatch(/\\2a\\29\\28objectClass=?/i)
  expect(namedFilter(settings('openldap'), 'Group', ['a)(b']).toString()).toContain(
    '(cn=a\\29\\28b)',
  )
})
