import { stringify } from 'yaml'
import type { KeyPair } from '../../../main/plant/authority'

const base64 = (text: string): string => Buffer.from(text).toString('base64')

/** A kubeconfig with everything inline and one context. */
export function kubeconfig(to: {
  server: string
  authority: string
  identity: KeyPair
  user: string
  context?: string
}): string {
  const context = to.context ?? 'takt-tests'
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': context,
    clusters: [
      {
        name: context,
        cluster: { server: to.server, 'certificate-authority-data': base64(to.authority) },
      },
    ],
    users: [
      {
        name: to.user,
        user: {
          'client-certificate-data': base64(to.identity.certificate),
          'client-key-data': base64(to.identity.key),
        },
      },
    ],
    contexts: [{ name: context, context: { cluster: context, user: to.user } }],
  })
}
