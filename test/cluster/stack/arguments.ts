/** Where one plane keeps its files and which ports it has. */
export interface Site {
  folder: string
  ports: {
    etcd: number
    peer: number
    api: number
    controllers: number
    scheduler: number
    nodes: number
  }
}

const servingFlags = [
  '--bind-address=127.0.0.1',
  '--tls-cert-file=server.crt',
  '--tls-private-key-file=server.key',
]

const loopback = (port: number): string => `http://127.0.0.1:${port}`

export const etcdArguments = ({ ports }: Site): string[] => [
  '--data-dir=etcd',
  `--listen-client-urls=${loopback(ports.etcd)}`,
  `--advertise-client-urls=${loopback(ports.etcd)}`,
  `--listen-peer-urls=${loopback(ports.peer)}`,
  `--initial-advertise-peer-urls=${loopback(ports.peer)}`,
  `--initial-cluster=default=${loopback(ports.peer)}`,
  // Nothing here outlives the test, so no write needs to reach the disk.
  '--unsafe-no-fsync',
]

export const apiServerArguments = ({ ports }: Site, more: string[] = []): string[] => [
  `--etcd-servers=${loopback(ports.etcd)}`,
  `--secure-port=${ports.api}`,
  ...servingFlags,
  '--advertise-address=127.0.0.1',
  '--endpoint-reconciler-type=none',
  '--service-cluster-ip-range=10.0.0.0/24',
  '--client-ca-file=ca.crt',
  // Without a request-header authority the controllers complain into their logs without end.
  '--requestheader-client-ca-file=ca.crt',
  '--requestheader-allowed-names=front-proxy',
  '--requestheader-username-headers=X-Remote-User',
  '--requestheader-group-headers=X-Remote-Group',
  '--requestheader-extra-headers-prefix=X-Remote-Extra-',
  // What an aggregated server, such as Kueue's queue visibility, recognises this one by.
  '--proxy-client-cert-file=front-proxy.crt',
  '--proxy-client-key-file=front-proxy.key',
  '--authorization-mode=RBAC',
  // As every installer sets it: what may be privileged is then for PodSecurity to say.
  '--allow-privileged=true',
  '--service-account-issuer=https://kubernetes.default.svc',
  '--service-account-signing-key-file=sa.key',
  '--service-account-key-file=sa.key',
  // The admission of service accounts refuses pods until a controller has made the default account of a new namespace.
  '--disable-admission-plugins=ServiceAccount',
  '--max-requests-inflight=2000',
  '--max-mutating-requests-inflight=1000',
  ...more,
]

export const controllersArguments = ({ ports }: Site): string[] => [
  ...kubeconfigFlags('controllers.kubeconfig'),
  '--root-ca-file=ca.crt',
  '--service-account-private-key-file=sa.key',
  '--use-service-account-credentials',
  '--leader-elect=false',
  ...servingFlags,
  `--secure-port=${ports.controllers}`,
  '--kube-api-qps=500',
  '--kube-api-burst=1000',
  '--pvclaimbinder-sync-period=1s',
]

export const schedulerArguments = ({ ports }: Site): string[] => [
  ...kubeconfigFlags('scheduler.kubeconfig'),
  '--leader-elect=false',
  ...servingFlags,
  `--secure-port=${ports.scheduler}`,
]

export const nodesArguments = ({ ports }: Site): string[] => [
  '--kubeconfig=admin.kubeconfig',
  '--config=kwok.yaml',
  '--manage-all-nodes=true',
  '--node-ip=127.0.0.1',
  `--node-port=${ports.nodes}`,
  // Without an address it listens on every interface.
  `--server-address=127.0.0.1:${ports.nodes}`,
  '--cidr=10.244.0.1/16',
  '--tls-cert-file=server.crt',
  '--tls-private-key-file=server.key',
]

function kubeconfigFlags(file: string): string[] {
  return [
    `--kubeconfig=${file}`,
    `--authentication-kubeconfig=${file}`,
    `--authorization-kubeconfig=${file}`,
  ]
}
