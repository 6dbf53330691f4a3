import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { KubeCluster, KubeUser } from './kubeconfig-entries'

export type { KubeCluster, KubeExec, KubeUser } from './kubeconfig-entries'

/** A context with what it refers to. File paths in it are absolute. */
export interface KubeContext {
  id: string
  name: string
  file: string
  clusterName: string
  userName: string
  cluster: KubeCluster
  user: KubeUser
}
/** Where a kubeconfig may lie; a file that is only looked for, not asked for, may be missing. */
export interface Where {
  path: string
  asked: boolean
}

/** The files of places, those in folders one by one. */
export const filesAt = (places: readonly Where[]): { file: string; asked: boolean }[] =>
  places.flatMap(({ path, asked }) => expand(path).map((file) => ({ file, asked })))

function expand(path: string): string[] {
  try {
    if (!statSync(path).isDirectory()) return [path]
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isFile() && /^[^.].*$/.test(entry.name))
      .map((entry) => join(path, entry.name))
      .sort()
  } catch {
    return [path]
  }
}

/** What changes when one of the files is written, how much there is to read, and when the last of it was written. */
export function stampOf(places: readonly Where[]) {
  const all = filesAt(places).map(({ file }) => ({ file, ...lookAt(file) }))
  return {
    bytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
    writtenAt: Math.max(0, ...all.map(({ writtenAt }) => writtenAt)),
    stamp: JSON.stringify(all),
  }
}
function lookAt(file: string): { bytes: number; writtenAt: number; inode: number } {
  try {
    const { size, mtimeMs, ino } = statSync(file)
    return { bytes: size, writtenAt: mtimeMs, inode: ino }
  } catch {
    return { bytes: 0, writtenAt: 0, inode: 0 }
  }
}
