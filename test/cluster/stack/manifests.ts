import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import type { Client } from './client'
import { until } from './servers'

export interface Manifest {
  apiVersion: string
  kind: string
  metadata: {
    name: string
    namespace?: string
    labels?: Record<string, string>
    [field: string]: unknown
  }
  [field: string]: unknown
}

/** Every document of every YAML file of a folder, in order of name. */
export function readManifests(folder: string): Manifest[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .toSorted()
    .flatMap((name) => parseManifests(readFileSync(join(folder, name), 'utf8')))
}

export function parseManifests(text: string): Manifest[] {
  return parseAllDocuments(text)
    .map((document) => document.toJS() as Manifest | null)
    .filter((manifest) => manifest !== null)
}

interface Resource {
  name: string
  kind: string
  namespaced: boolean
}

const groupPath = (apiVersion: string): string =>
  apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`

/** The address of an object, by discovery, as any client would find it. */
export async function pathOf(client: Client, manifest: Manifest): Promise<string> {
  const base = groupPath(manifest.apiVersion)
  const { resources } = await client.ask<{ resources: Resource[] }>(base)
  const resource = resources.find((each) => each.kind === manifest.kind && !each.name.includes('/'))
  if (!resource) throw new Error(`the server knows no ${manifest.kind} in ${manifest.apiVersion}`)
  const namespace = resource.namespaced
    ? `/namespaces/${manifest.metadata.namespace ?? 'default'}`
    : ''
  return `${base}${namespace}/${resource.name}/${manifest.metadata.name}`
}

/** Server-side apply, one after another; the status of nodes is applied too, since nobody else reports their size. */
export async function applyAll(client: Client, manifests: Manifest[]): Promise<void> {
  for (const manifest of manifests) {
    const path = await pathOf(client, manifest)
    const apply = (to: string): Promise<unknown> =>
      client.ask(`${to}?fieldManager=cluster-tests&force=true`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/apply-patch+yaml' },
        json: manifest,
      })
    await apply(path)
    if (manifest.kind === 'Node' && 'status' in manifest) await apply(`${path}/status`)
    if (manifest.kind === 'CustomResourceDefinition') await untilEstablished(client, path)
  }
}

async function untilEstablished(client: Client, path: string): Promise<void> {
  interface Definition {
    status?: { conditions?: { type: string; status: string }[] }
  }
  await until(
    async () => {
      const { status } = await client.ask<Definition>(path)
      return (
        status?.conditions?.some((each) => each.type === 'Established' && each.status === 'True') ??
        false
      )
    },
    { seconds: 30, why: () => `${path} was not established within 30 s` },
  )
}
