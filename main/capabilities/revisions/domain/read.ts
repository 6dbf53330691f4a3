import { plainAddress } from '../../../../preload/contract/text/address'

const MOST = 3000
/** Packages from what pip freeze prints; editable and address installs keep their address as version. */
export function packagesOf(freeze: string): { name: string; version: string }[] {
  return freeze
    .split('\n')
    .flatMap((line) => {
      const text = line.trim()
      if (text === '' || text.startsWith('#')) return []
      const [, name, version] =
        /^([A-Za-z0-9._-]+)==(\S+)$/.exec(text) ?? /^([A-Za-z0-9._-]+) @ (\S+)$/.exec(text) ?? []
      return name !== undefined && version !== undefined
        ? [{ name, version: plainAddress(version) }]
        : []
    })
    .slice(0, MOST)
}

export const isCommit = (text: string): boolean => /^[0-9a-f]{40}([0-9a-f]{24})?$/.test(text)
/** Folders a repository may lie in, the likeliest first. */
export function foldersOf(home: string, repository: string | undefined): string[] {
  const name = repository
    ?.split('/')
    .at(-1)
    ?.replace(/\.git$/, '')
  return [...(name ? [`${home}/${name}`, `${home}/work/${name}`] : []), home, `${home}/work`]
}
/** An image by digest, from what the runtime says it runs. */
export const digestOf = (imageId: string, fallback: string): string => {
  const plain = imageId.replace(/^docker-pullable:\/\//, '')
  return /@sha256:[0-9a-f]{64}$/.test(plain) ? plain : fallback
}
