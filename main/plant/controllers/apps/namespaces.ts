import { isRefusal, splitKey, type Controller, type Engine } from '../engine'
import { CONFIG_MAP, NAMESPACE, SERVICE_ACCOUNT } from '../kinds'

// Not a certificate: the plant speaks to loopback clients only, and nothing verifies it.
const CA_TEXT = 'The simulated cluster has no certificate authority.\n'

/** Gives each namespace what every pod expects: its default ServiceAccount and the cluster's CA. */
export function namespaces(engine: Engine): Controller {
  return {
    name: 'namespaces',
    watches: [
      {
        kinds: [NAMESPACE],
        wakes: ({ type, object }) => (type === 'DELETED' ? [] : [`/${object.metadata.name}`]),
      },
      {
        kinds: [SERVICE_ACCOUNT],
        wakes: ({ type, object }) =>
          type === 'DELETED' && object.metadata.name === 'default'
            ? [`/${object.metadata.namespace ?? ''}`]
            : [],
      },
    ],
    reconcile(key) {
      const [, name] = splitKey(key)
      const namespace = engine.api.get(NAMESPACE, name)
      if (!namespace || namespace.metadata.deletionTimestamp) return
      try {
        if (!engine.api.get(SERVICE_ACCOUNT, 'default', name))
          engine.api.create({
            apiVersion: 'v1',
            kind: 'ServiceAccount',
            metadata: { name: 'default', namespace: name },
          })
        if (!engine.api.get(CONFIG_MAP, 'kube-root-ca.crt', name))
          engine.api.create({
            apiVersion: 'v1',
            kind: 'ConfigMap',
            metadata: { name: 'kube-root-ca.crt', namespace: name },
            data: { 'ca.crt': CA_TEXT },
          })
      } catch (error) {
        if (!isRefusal(error) || error.code !== 409) throw error
      }
    },
  }
}
