import { PrometheusAddress } from '../../../preload/contract/gpu-use'
import { orNothing } from '../../../preload/contract/inputs'
import { MembersGroup } from '../../../preload/contract/people'
import { OidcSite } from '../../../preload/contract/sites'
import { CaFile, NoProxy, ProxyAddress } from '../../../preload/contract/system'
import { defineForm, listField, textField } from '../../design'

const oidc = OidcSite.shape
export const oidcForm = defineForm({
  id: 'sites.oidc',
  fields: {
    name: textField(oidc.name),
    server: textField(oidc.server),
    issuer: textField(oidc.issuer),
    clientId: textField(oidc.clientId),
    scopes: listField(oidc.scopes.unwrap().element, 20, /[\s,]+/),
    redirect: textField(orNothing(oidc.redirect.unwrap())),
    ca: textField(oidc.ca.unwrap()),
  },
  example: {
    name: 'edge-bergen',
    server: 'https://api.edge.example:6443',
    issuer: 'https://login.company.example',
    clientId: 'takt',
    scopes: 'groups',
    redirect: '',
    ca: '',
  },
})
export const membersForm = defineForm({
  id: 'sites.members',
  fields: { members: textField(MembersGroup) },
  example: { members: 'takt-members' },
})
export const networkForm = defineForm({
  id: 'settings.network',
  fields: {
    caFiles: listField(CaFile, 50),
    proxy: textField(orNothing(ProxyAddress)),
    noProxy: textField(NoProxy),
  },
  example: { caFiles: '/etc/ssl/company-root.pem', proxy: '', noProxy: '.company.example' },
})
export const gpuSourceForm = defineForm({
  id: 'sites.gpu-source',
  fields: { url: textField(orNothing(PrometheusAddress)) },
  example: { url: 'https://prometheus.company.example' },
})
