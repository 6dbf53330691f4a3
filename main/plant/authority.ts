import { generate } from 'selfsigned'

export interface KeyPair {
  certificate: string
  key: string
}
export interface Subject {
  user: string
  groups?: string[]
}
export interface Authority {
  /** The certificate that servers and clients are checked against, PEM. */
  certificate: string
  /** A certificate for one user (CN) and its groups (O), as Kubernetes reads them; it also serves loopback addresses. */
  issue(subject: Subject): Promise<KeyPair>
}

const strength = { keyType: 'ec', algorithm: 'sha256' } as const

/** Makes a certificate authority that lives in memory only. */
export async function makeAuthority(): Promise<Authority> {
  const root = await generate([{ name: 'commonName', value: 'takt simulated sites' }], {
    ...strength,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  })
  return {
    certificate: root.cert,
    async issue({ user, groups = [] }) {
      const fields = [
        { name: 'commonName', value: user },
        ...groups.map((value) => ({ name: 'organizationName', value })),
      ]
      const made = await generate(fields, {
        ...strength,
        ca: { key: root.private, cert: root.cert },
        extensions: [
          { name: 'basicConstraints', cA: false },
          { name: 'keyUsage', digitalSignature: true },
          { name: 'extKeyUsage', clientAuth: true, serverAuth: true },
          {
            name: 'subjectAltName',
            altNames: [
              { type: 2, value: 'localhost' },
              { type: 7, ip: '127.0.0.1' },
            ],
          },
        ],
      })
      return { certificate: made.cert, key: made.private }
    },
  }
}
