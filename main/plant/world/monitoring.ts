import type { KubeObject } from '../types'

const labels = { 'app.kubernetes.io/name': 'prometheus' }

/** A Prometheus that scrapes the GPUs, reached through the API server's proxy. */
export const monitoring = (): KubeObject[] => [
  {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'prometheus', namespace: 'monitoring', labels },
    spec: {
      replicas: 1,
      serviceName: 'prometheus',
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: [
            {
              name: 'prometheus',
              image: 'quay.io/prometheus/prometheus:v3.8.0',
              ports: [{ name: 'web', containerPort: 9090 }],
              resources: { requests: { cpu: '2', memory: '8Gi' } },
              readinessProbe: { httpGet: { path: '/-/ready', port: 9090 }, periodSeconds: 5 },
            },
          ],
        },
      },
    },
  },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'prometheus', namespace: 'monitoring', labels },
    spec: {
      type: 'ClusterIP',
      selector: labels,
      ports: [{ name: 'web', port: 9090, targetPort: 9090, protocol: 'TCP' }],
    },
  },
]
