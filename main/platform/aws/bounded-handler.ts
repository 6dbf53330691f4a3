import { Readable } from 'node:stream'
import { NodeHttpHandler, type NodeHttpHandlerOptions } from '@smithy/node-http-handler'
import { bounded, type AnswerLimits } from '../network'

/** No answer of AWS that is read whole comes near this: its pages have a thousand entries. */
export const AWS_LIMITS: AnswerLimits = { mostBytes: 16 * 2 ** 20, limitMs: 60_000 }
/** An object that stops coming for so long is given up. */
const SILENCE_MS = 60_000
type Handled = Parameters<NodeHttpHandler['handle']>

/** Requests of the AWS SDK whose answers are bounded in bytes and time. The content of an object has no bound here: whoever asks for one knows its size. */
export class BoundedHandler extends NodeHttpHandler {
  readonly #limits: AnswerLimits
  constructor(options: NodeHttpHandlerOptions = {}, limits: AnswerLimits = AWS_LIMITS) {
    super({ socketTimeout: SILENCE_MS, ...options })
    this.#limits = limits
  }
  override async handle(...asked: Handled): ReturnType<NodeHttpHandler['handle']> {
    const { response } = await super.handle(...asked)
    const body: unknown = response.body
    const isContent = asked[0].query?.['x-id'] === 'GetObject' && response.statusCode < 300
    if (body instanceof Readable && !isContent)
      response.body = Readable.from(bounded(body, this.#limits))
    return { response }
  }
}
