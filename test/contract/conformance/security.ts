import { deployment, pod } from './manifests'
import { pick, spoken } from './see'
import type { Answer, Group, Json, Session } from './target'

type Fields = { [field: string]: Json | undefined }
const LEVEL = 'pod-security.kubernetes.io/'

/** Gives the case's own namespace labels of PodSecurity, named without their prefix. */
const labelled = (session: Session, labels: Record<string, string>): Promise<Answer> =>
  session.patch('merge', `/api/v1/namespaces/${session.namespace}`, {
    metadata: {
      labels: Object.fromEntries(
        Object.entries(labels).map(([mode, level]) => [`${LEVEL}${mode}`, level]),
      ),
    },
  })
/** Warnings as they arrive: one header, quoted. */
const warnings = ({ headers }: Answer): Json => {
  const found = headers['warning']
  return found === undefined ? null : Array.isArray(found) ? found.join(', ') : found
}
const seen = (answer: Answer): Json =>
  answer.status < 300 ? { status: answer.status, warnings: warnings(answer) } : spoken(answer)
const container = (name: string, securityContext: Fields, more: Fields = {}): Fields => ({
  name,
  image: 'registry.example/image:1',
  securityContext,
  ...more,
})
const SAFE: Fields = {
  allowPrivilegeEscalation: false,
  runAsNonRoot: true,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
}
const one = (securityContext: Fields, more: Fields = {}): Fields => ({
  containers: [container('main', securityContext, more)],
})

/** Pods of which each violates something that level baseline forbids. */
const UNSAFE: Record<string, { spec: Fields; annotations?: Fields }> = {
  'a privileged container and a host path': {
    spec: {
      ...one({ privileged: true }),
      volumes: [{ name: 'root', hostPath: { path: '/' } }],
    },
  },
  'the namespaces of the host': { spec: { hostNetwork: true, hostPID: true, hostIPC: true } },
  'a port of the host': {
    spec: {
      containers: [
        container('b', {}, { ports: [{ containerPort: 80, hostPort: 8080 }] }),
        container('a', {}, { ports: [{ containerPort: 81, hostPort: 80 }] }),
      ],
    },
  },
  'capabilities beyond the default': {
    spec: one({ capabilities: { add: ['SYS_ADMIN', 'CHOWN', 'NET_RAW'] } }),
  },
  'an unmasked proc': { spec: { hostUsers: false, ...one({ procMount: 'Unmasked' }) } },
  'a SELinux user and type': {
    spec: {
      securityContext: { seLinuxOptions: { type: 'spc_t', user: 'system_u' } },
      ...one({ seLinuxOptions: { role: 'r' } }),
    },
  },
  'no seccomp': {
    spec: {
      securityContext: { seccompProfile: { type: 'Unconfined' } },
      ...one({ seccompProfile: { type: 'Unconfined' } }),
    },
  },
  'no AppArmor': { spec: one({ appArmorProfile: { type: 'Unconfined' } }) },
  'unsafe settings of the kernel': {
    spec: {
      securityContext: {
        sysctls: [
          { name: 'kernel.msgmax', value: '65536' },
          { name: 'net.ipv4.tcp_syncookies', value: '1' },
        ],
      },
    },
  },
  'a probe of another host': {
    spec: one({}, { livenessProbe: { httpGet: { host: '169.254.169.254', path: '/', port: 80 } } }),
  },
}

export const security: Group = {
  name: 'security',
  cases: [
    ...Object.entries(UNSAFE).map(([what, { spec, annotations }]) => ({
      name: `baseline refuses ${what}`,
      run: async (session: Session) => {
        await labelled(session, { enforce: 'baseline' })
        const answer = await session.post(
          session.core('pods'),
          pod('one', spec, annotations ? { annotations } : {}),
        )
        return seen(answer)
      },
    })),
    {
      name: 'baseline lets an ordinary pod in and says nothing',
      run: async (session) => {
        await labelled(session, { enforce: 'baseline', 'enforce-version': 'v1.30' })
        return seen(await session.post(session.core('pods'), pod('one')))
      },
    },
    {
      name: 'restricted names everything an ordinary pod does not promise',
      run: async (session) => {
        await labelled(session, { enforce: 'restricted', 'enforce-version': 'v1.34' })
        return seen(
          await session.post(
            session.core('pods'),
            pod('one', { volumes: [{ name: 'disk', nfs: { server: 'a', path: '/' } }] }),
          ),
        )
      },
    },
    {
      name: 'restricted names what is set wrongly apart from what is not set',
      run: async (session) => {
        await labelled(session, { enforce: 'restricted' })
        return seen(
          await session.post(
            session.core('pods'),
            pod('one', {
              securityContext: { runAsNonRoot: false, seccompProfile: { type: 'Unconfined' } },
              initContainers: [container('first', { ...SAFE, runAsUser: 0 })],
              containers: [
                container('main', {
                  ...SAFE,
                  capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE', 'SYS_TIME'] },
                }),
              ],
            }),
          ),
        )
      },
    },
    {
      name: 'restricted lets a pod in that promises everything',
      run: async (session) => {
        await labelled(session, { enforce: 'restricted' })
        return seen(await session.post(session.core('pods'), pod('one', one(SAFE))))
      },
    },
    {
      name: 'a stricter warning is heard where the pod is let in',
      run: async (session) => {
        await labelled(session, { enforce: 'baseline', warn: 'restricted' })
        return seen(await session.post(session.core('pods'), pod('one')))
      },
    },
    {
      name: 'a Deployment is let in with a warning: only its pods are refused',
      run: async (session) => {
        await labelled(session, { enforce: 'baseline' })
        const made = await session.post(
          session.in('apps/v1', 'deployments'),
          deployment('one', {
            template: {
              metadata: { labels: { app: 'one' } },
              spec: one({ privileged: true }),
            },
          }),
        )
        return seen(made)
      },
    },
    {
      name: 'labels that are no level and no version are a 422',
      run: async (session) =>
        seen(await labelled(session, { enforce: 'baselines', 'enforce-version': '1.30' })),
    },
    {
      name: 'a namespace that is tightened names the pods that would not be let in any more, and keeps them',
      run: async (session) => {
        await session.post(session.core('pods'), pod('two', { hostNetwork: true }))
        await session.post(session.core('pods'), pod('one', { hostNetwork: true }))
        const tightened = await labelled(session, { enforce: 'baseline' })
        const kept = await session.get(session.core('pods/one'))
        return { ...(seen(tightened) as object), ...pick(kept.body, 'metadata.name') }
      },
    },
    {
      name: 'a pod that was there before may be labelled, and not be given another image',
      run: async (session) => {
        await session.post(session.core('pods'), pod('one', { hostPID: true }))
        await labelled(session, { enforce: 'baseline' })
        const relabelled = await session.patch('merge', session.core('pods/one'), {
          metadata: { labels: { a: 'b' } },
        })
        const other = await session.patch('strategic', session.core('pods/one'), {
          spec: { containers: [{ name: 'main', image: 'registry.example/image:2' }] },
        })
        return [seen(relabelled), seen(other)]
      },
    },
  ],
}
