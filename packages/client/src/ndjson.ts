import type { Route } from '@micro/contracts'
import type { ErrorBody } from '@micro/kernel'

/** A stream that ended before it was whole. */
export class StreamBrokenError extends Error {
  override name = 'StreamBrokenError'
}

/** A line longer than this is no answer of Micro's: the largest transaction takes some 400 KB. */
const lineCharsMax = 16 * 1024 * 1024

async function* textLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let held = ''
  for await (const chunk of chunks) {
    const pieces = decoder.decode(chunk, { stream: true }).split('\n')
    const last = pieces.pop() ?? ''
    for (const piece of pieces) {
      const line = held + piece
      held = ''
      if (line !== '') yield line
    }
    held += last
    if (held.length > lineCharsMax) throw new StreamBrokenError('The server sent a line without end.')
  }
  if (held !== '') throw new StreamBrokenError('The stream broke off in the middle of a line.')
}

/**
 * The lines of an NDJSON stream, as they arrive. @throws StreamBrokenError when it ends without the line that closes
 * it; whatever `refuse` makes of an error that the server tells in its place
 */
export async function* ndjsonLines(
  chunks: AsyncIterable<Uint8Array>,
  route: Route,
  refuse: (body: ErrorBody) => Error,
): AsyncGenerator<object> {
  const end = route.stream?.end
  let last: { object?: unknown } | undefined
  for await (const text of textLines(chunks)) {
    last = JSON.parse(text) as { object?: unknown }
    const { error } = last as Partial<ErrorBody>
    if (typeof error?.message === 'string') throw refuse({ error })
    yield last
  }
  if (end !== undefined && last?.object !== end)
    throw new StreamBrokenError('The stream ended before it was whole. Ask for it again.')
}
