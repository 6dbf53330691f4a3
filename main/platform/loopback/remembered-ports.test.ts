import { afterEach, expect, test } from 'vitest'
import { openFolder, scratchFolders } from '../store/testing/folders'
import { rememberedPorts } from './remembered-ports'

const folders = scratchFolders()
afterEach(() => folders.clear())

test('a forward finds its port again, and the oldest of very many is forgotten', () => {
  const { settings, close, together } = openFolder(folders.make())
  together(() => {
    for (let n = 0; n < 250; n++) rememberedPorts(settings).keep(`pod-${n}`, 20_000 + n)
  })
  rememberedPorts(settings).keep('pod-100', 30_000)
  const ports = rememberedPorts(settings)
  expect(ports.of('pod-249')).toBe(20_249)
  expect(ports.of('pod-100')).toBe(30_000)
  expect(ports.of('pod-0')).toBeUndefined()
  expect(settings.get('forward.ports')).toHaveLength(200)
  close()
})

test('what a version before kept still counts, and nothing that is no port of a person', () => {
  const { settings, close } = openFolder(folders.make())
  settings.set('forward team/nb', 40_000)
  settings.set('forward team/web', 80)
  const ports = rememberedPorts(settings)
  expect([ports.of('team/nb'), ports.of('team/web')]).toEqual([40_000, undefined])
  ports.keep('team/nb', 40_001)
  expect(ports.of('team/nb')).toBe(40_001)
  expect(settings.get('forward team/nb')).toBeUndefined()
  close()
})
