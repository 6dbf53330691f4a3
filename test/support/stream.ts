/** The first item of a stream that the question accepts. */
export async function when<T>(stream: AsyncIterable<T>, accept: (item: T) => boolean): Promise<T> {
  for await (const item of stream) if (accept(item)) return item
  throw new Error('the stream ended first')
}
