import { rename, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { BundleSummary } from '../../../../preload/contract/drift-review'
import { failure } from '../../../../preload/contract/failures'
import { timestamp } from '../../../kernel/clock'
import { given } from '../../../kernel/given'
import { fail, succeed, type Outcome } from '../../../kernel/outcome'
import { MOST_BYTES, readRegularFile } from '../../../platform/files'
import type { OwnedUpload } from '../../uploads'
import { eventsOf } from '../monitors/events'
import { asked, unusable } from '../refusal'
import type { Drift } from '../service'
import type { PackAsk } from '../desk/questions'

/** Opens a bundle from its path, or as a page handed it over. */
export async function openFrom(
  drift: Drift,
  from: { path: string } | OwnedUpload,
  signal?: AbortSignal,
): Promise<Outcome<BundleSummary>> {
  if ('upload' in from) {
    const taken = await drift.ports.uploads?.take(from)
    if (!taken) return fail(failure('NOT_FOUND', { kind: 'file on its way', name: from.upload }))
    return taken.ok ? opened(drift, taken.value.name, taken.value.bytes, signal) : taken
  }
  const read = await readRegularFile(from.path, { mostBytes: MOST_BYTES.bundle }, signal)
  return read.ok
    ? opened(drift, basename(from.path), read.value, signal)
    : fail(
        unusable(
          `${from.path} cannot be read: ${read.failure.data.cause}.`,
          'Check the path and that you may read it.',
        ),
      )
}
// eslint-disable-next-line max-params -- the service, what to call it, its content, until when
async function opened(
  drift: Drift,
  name: string,
  bytes: Uint8Array,
  signal?: AbortSignal,
): Promise<Outcome<BundleSummary>> {
  const done = await drift.bundles.open(name, bytes, signal)
  drift.changed()
  return done
}

type Saved = { bytes: number; signed: boolean; path?: string; file?: File }
/** Puts models into one file, signed where this person has a key; written to a path, or answered. */
export async function saveBundle(
  drift: Drift,
  { ids, name, path }: { ids: string[]; name: string; path?: string | undefined },
  signal?: AbortSignal,
): Promise<Outcome<Saved>> {
  const books: PackAsk['books'] = []
  for (const id of ids) {
    const shown = drift.shown({ id }),
      book = drift.monitors.book(id)
    if (!shown.ok) return shown
    if (!book) return fail(failure('NOT_FOUND', { kind: 'score', name: id }))
    books.push({
      book,
      verdicts: shown.value.verdicts.slice(),
      settings: shown.value.settings,
      events: eventsOf(drift.ports.records, shown.value.settings).slice(-2000),
    })
  }
  const me = await drift.reviews.me(signal),
    key = await drift.signer.key(me)
  const packed = await asked(
    drift.ports.reading.ask<'pack'>(
      {
        ask: 'pack',
        books,
        head: { createdAt: timestamp(drift.reviews.now()), name, ...given({ signer: key && me }) },
        key: key?.pem,
      },
      { signal },
    ),
  )
  if (!packed.ok) return packed
  const { bytes } = packed.value,
    saved = { bytes: bytes.length, signed: key !== undefined }
  if (path === undefined)
    return succeed({
      ...saved,
      file: new File([bytes], name.endsWith('.takt') ? name : `${name}.takt`, {
        type: 'application/zip',
      }),
    })
  try {
    await writeFile(`${path}.part`, bytes)
    await rename(`${path}.part`, path)
    return succeed({ ...saved, path })
  } catch (error) {
    return fail(
      unusable(
        `${path} cannot be written (${(error as NodeJS.ErrnoException).code ?? String(error)}).`,
        'Choose another folder.',
      ),
    )
  }
}
