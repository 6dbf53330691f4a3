import { expect, test } from 'vitest'
import { UPLOAD_PIECE_BYTES as PIECE } from '../../preload/contract/limits'
import { ConnectionLost, type Client } from './link'
import { toTrouble } from './trouble'
import { FileTooLarge, uploadFile } from './upload'

type Fault = (at: number) => Error | undefined
/** A core that takes pieces; a fault may come instead of an answer, before or after the piece was kept. */
function coreThatTakes({ before, after }: { before?: Fault; after?: Fault } = {}) {
  const calls: string[] = []
  let text = ''
  let known = false
  const unknown = () => Object.assign(new Error('unknown'), { code: 'NOT_FOUND' })
  const uploads = {
    begin: () => {
      calls.push('begin')
      text = ''
      known = true
      return Promise.resolve({ upload: 'u' })
    },
    put: async ({ at, piece }: { at: number; piece: File }) => {
      const early = before?.(at)
      if (early) throw early
      if (!known) throw unknown()
      text += await piece.text()
      calls.push(`${at}+${piece.size}`)
      const late = after?.(at)
      if (late) throw late
      return { bytes: at + piece.size }
    },
    arrived: () => {
      calls.push('asked')
      return known ? Promise.resolve({ bytes: text.length }) : Promise.reject(unknown())
    },
    giveUp: () => {
      calls.push('given up')
      return Promise.resolve({})
    },
  }
  const forget = () => {
    known = false
  }
  return { client: { uploads } as unknown as Client, calls, text: () => text, forget }
}
const once = (fault: Error, at: number, also = () => {}): Fault => {
  let left = 1
  return (now) => {
    if (now !== at || left-- <= 0) return undefined
    also()
    return fault
  }
}
const file = new Blob(['a'.repeat(PIECE), 'b'.repeat(PIECE), 'c'])
const { signal } = new AbortController()
const options = { name: 'june.takt', signal, onProgress: () => undefined }

test('a file goes up whole, in pieces and with progress', async () => {
  const core = coreThatTakes()
  const seen: number[] = []
  await uploadFile(core.client, file, { ...options, onProgress: (done) => seen.push(done) })
  expect(core.calls).toEqual(['begin', `0+${PIECE}`, `${PIECE}+${PIECE}`, `${2 * PIECE}+1`])
  expect(seen).toEqual([PIECE, 2 * PIECE, 2 * PIECE + 1])
  expect(core.text()).toBe(await file.text())
})
test('what fails on the way is given up and says why', async () => {
  const core = coreThatTakes({ before: (at) => (at >= PIECE ? new Error('full') : undefined) })
  await expect(uploadFile(core.client, file, options)).rejects.toThrow('full')
  expect(core.calls).toEqual(['begin', `0+${PIECE}`, 'given up'])
})
test('a connection that is lost is gone on with where the core is, whether or not the piece had come', async () => {
  for (const when of ['before', 'after'] as const) {
    const core = coreThatTakes({ [when]: once(new ConnectionLost('lost'), PIECE) })
    await uploadFile(core.client, file, options)
    expect(core.calls).toEqual(
      when === 'before'
        ? ['begin', `0+${PIECE}`, 'asked', `${PIECE}+${PIECE}`, `${2 * PIECE}+1`]
        : ['begin', `0+${PIECE}`, `${PIECE}+${PIECE}`, 'asked', `${2 * PIECE}+1`],
    )
    expect(core.text()).toBe(await file.text())
  }
})
test('a core that was started again is sent the file anew', async () => {
  const core = coreThatTakes({
    before: once(new ConnectionLost('lost'), PIECE, () => core.forget()),
  })
  await uploadFile(core.client, file, options)
  expect(core.calls.filter((call) => call === 'begin')).toHaveLength(2)
  expect(core.text()).toBe(await file.text())
})
test('a connection that is lost again and again is given up', async () => {
  const core = coreThatTakes({ before: () => new ConnectionLost('lost') })
  await expect(uploadFile(core.client, file, options)).rejects.toBeInstanceOf(ConnectionLost)
  expect(core.calls.at(-1)).toBe('given up')
})
test('a file over the limit is refused with both sizes before anything is sent', async () => {
  const core = coreThatTakes()
  const huge = { size: 70_000_000 } as Blob
  const refused = await uploadFile(core.client, huge, options).catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(FileTooLarge)
  expect(toTrouble(refused).says).toBe(
    'june.takt has 70.0 MB, and at most 67.1 MB are taken from a page.',
  )
  expect(core.calls).toEqual([])
})
