import type { ServerResponse } from 'node:http'
import type { Route, StreamFormat } from '@micro/contracts'
import { assert, errorBody, type Fault } from '@micro/kernel'
import type { StreamReply } from './stream-reply.ts'

/** The `content-type` of each format; in an `Accept` header the part before the semicolon asks for it. */
export const streamTypes: Readonly<Record<StreamFormat, string>> = {
  ndjson: 'application/x-ndjson; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
}

/** Headers of every stream: a proxy that collected it first would hold back what is awaited. */
export const streamHeaders = (format: StreamFormat): Record<string, string> => ({
  'content-type': streamTypes[format],
  'x-accel-buffering': 'no',
})

/** The first of the route's formats that an `Accept` header names. */
export const acceptedFormat = (route: Route, accept: string | undefined): StreamFormat | undefined => {
  if (accept === undefined || route.stream === undefined) return undefined
  const named = accept.split(',').map((each) => each.split(';', 1)[0]?.trim().toLowerCase())
  return route.stream.formats.find((format) => named.includes(streamTypes[format].split(';', 1)[0]))
}

/** Aborted once the response has closed or one of the signals is. */
export const untilGone = (response: ServerResponse, signals: readonly (AbortSignal | undefined)[]): AbortSignal => {
  const controller = new AbortController()
  const end = (): void => {
    for (const signal of signals) signal?.removeEventListener('abort', end)
    controller.abort()
  }
  for (const signal of signals) signal?.addEventListener('abort', end, { once: true })
  // A stream's end is awaited at more places than Node takes for forgotten ones.
  response.setMaxListeners(20).once('close', end)
  if (signals.some((signal) => signal?.aborted === true)) end()
  return controller.signal
}

type Lines = object | string | readonly (object | string)[]

const listOf = (lines: Lines): readonly (object | string)[] =>
  Array.isArray(lines) ? lines : [lines as object | string]

const textOf = (format: StreamFormat, lines: Lines): string =>
  listOf(lines)
    .map((line) => (format === 'csv' ? `${line as string}\r\n` : `${JSON.stringify(line)}\n`))
    .join('')

const objectOf = (lines: Lines): unknown => (listOf(lines).at(-1) as { object?: unknown } | undefined)?.object

/** Passes on what it is given and refuses to end without the line by which a reader knows the stream for whole. */
async function* endedBy(lines: AsyncIterable<Lines>, end: string): AsyncGenerator<Lines> {
  let last: unknown
  for await (const each of lines) {
    if (listOf(each).length > 0) last = objectOf(each)
    yield each
  }
  assert(last === end, `a stream ended without its ${end}`)
}

/**
 * The stream as text. Resolves once its first line is there, so that whatever goes wrong before it is answered as
 * anything else. After it, a fault is the last line of NDJSON in place of the closing one; CSV has no place for it,
 * and throws, so that the connection breaks off: nothing that ends well was cut short.
 */
export const beginStream = async (
  { format, lines }: StreamReply,
  route: Route,
  tell: (error: unknown) => Fault,
): Promise<AsyncIterable<string>> => {
  const { end } = route.stream ?? {}
  const whole = format === 'ndjson' && end !== undefined ? endedBy(lines, end) : lines
  const iterator = whole[Symbol.asyncIterator]()
  let next: IteratorResult<Lines> | undefined = await iterator.next()
  let over = false
  const finish = async (): Promise<void> => {
    if (over) return
    over = true
    await iterator.return?.()
  }
  const step = async (): Promise<IteratorResult<string>> => {
    for (; !over; next = undefined) {
      next ??= await iterator.next()
      if (next.done === true) break
      const value = textOf(format, next.value)
      next = undefined
      if (value !== '') return { done: false, value }
    }
    over = true
    return { done: true, value: undefined }
  }
  const fail = (error: unknown): IteratorResult<string> => {
    over = true
    const fault = tell(error)
    if (format === 'csv') throw error
    return { done: false, value: `${JSON.stringify(errorBody(fault))}\n` }
  }
  return {
    [Symbol.asyncIterator]: () => ({
      next: () => step().catch(fail),
      // Whoever left ends the work behind it, too.
      async return() {
        await finish()
        return { done: true, value: undefined }
      },
    }),
  }
}
