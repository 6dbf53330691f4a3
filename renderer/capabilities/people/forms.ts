import { z } from 'zod'
import { orNothing } from '../../../preload/contract/inputs'
import { LdapDirectory, MemberName, type LdapSettings } from '../../../preload/contract/people'
import {
  choiceField,
  defineForm,
  secretField,
  textField,
  tickField,
  type Typed,
} from '../../design'

const ldap = LdapDirectory.shape
export const ldapForm = defineForm({
  id: 'people.ldap',
  fields: {
    flavour: choiceField(ldap.flavour),
    url: textField(ldap.url),
    startTls: tickField(),
    baseDn: textField(ldap.baseDn),
    bindName: textField(ldap.bindName),
    caFile: textField(orNothing(ldap.caFile.unwrap())),
    userAttribute: textField(orNothing(ldap.userAttribute.unwrap())),
    userPrefix: textField(ldap.userPrefix.unwrap()),
    groupPrefix: textField(ldap.groupPrefix.unwrap()),
  },
  example: {
    flavour: 'active-directory',
    url: 'ldaps://directory.company.example',
    startTls: true,
    baseDn: 'dc=company,dc=example',
    bindName: 'lena.ofori@company.example',
    caFile: '',
    userAttribute: '',
    userPrefix: '',
    groupPrefix: '',
  },
  together: (fields) =>
    fields.transform(({ caFile, userAttribute, ...rest }) => ({
      kind: 'ldap' as const,
      ...rest,
      ...(caFile !== '' && { caFile }),
      ...(userAttribute !== '' && { userAttribute }),
    })),
})
export const BLANK_LDAP = { ...ldapForm.example, url: '', baseDn: '', bindName: '' }
export const ldapTyped = ({
  kind: _,
  groupAttribute: __,
  caFile = '',
  userAttribute = '',
  ...settings
}: LdapSettings): Typed<typeof ldapForm.fields> => ({ ...settings, caFile, userAttribute })

export const memberForm = defineForm({
  id: 'people.member',
  fields: { name: textField(MemberName) },
  example: { name: 'mara.lind' },
})
export const passwordForm = defineForm({
  id: 'people.password',
  fields: {
    password: secretField(
      z.string().min(1, 'Give the password.').max(1000, 'A password has at most 1,000 letters.'),
    ),
  },
  example: { password: 'secret' },
})
