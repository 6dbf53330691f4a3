import { contract, type Contract } from '../../../preload/contract'
import { failure, type Failure } from '../../../preload/contract/failures'
import { os, refusal } from './answer'

type Parts = { [C in keyof Contract]?: { [P in keyof Contract[C]]?: unknown } }

const notHere = (name: string): Failure =>
  failure('NOT_SUPPORTED_HERE', {
    says: `${name} is not available in this version.`,
    remedy: 'Update Takt.',
  })

/** A router of what is there: an entry that nobody has implemented refuses in words instead of being missing. */
export function whole(parts: Parts, missing: (name: string) => Failure = notHere) {
  const refuse = (name: string) => () => {
    throw refusal(missing(name))
  }
  const filled = Object.fromEntries(
    Object.entries(contract).map(([capability, entries]) => [
      capability,
      Object.fromEntries(
        Object.keys(entries).map((entry) => {
          const given = (
            parts[capability as keyof Contract] as Record<string, unknown> | undefined
          )?.[entry]
          const implementers = os[capability as keyof Contract] as unknown as Record<
            string,
            { handler(handle: () => never): unknown }
          >
          return [entry, given ?? implementers[entry]?.handler(refuse(`${capability}.${entry}`))]
        }),
      ),
    ]),
  )
  return os.router(filled as unknown as Parameters<typeof os.router>[0])
}
