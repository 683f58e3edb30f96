import type { Api, Input, Line, Route } from '@micro/contracts'
import type { CallInput } from './client.ts'

/** Carries an operation whose answer is line after line. */
export interface StreamTransport {
  /** The lines of its NDJSON. Leaving the loop ends the stream. Throws as `Transport.execute` does, also in its middle. */
  lines(operation: string, route: Route, input: StreamInput): AsyncIterable<object>
}

export interface StreamInput extends CallInput {
  /** Ends the stream from outside. */
  readonly signal?: AbortSignal
}

type Streaming<A extends Api> = { [K in keyof A]: A[K] extends { readonly stream: object } ? K : never }[keyof A]

export type Streams<A extends Api> = {
  readonly [K in Streaming<A>]: (input: Input<A[K]> & { signal?: AbortSignal }) => AsyncIterable<Line<A[K]>>
}

/** One typed function per operation of the contract that streams. */
export const createStreams = <A extends Api>(api: A, transport: StreamTransport): Streams<A> => {
  const operations = Object.entries(api)
    .filter(([, route]) => route.stream !== undefined)
    .map(([name, route]) => [name, (input: StreamInput) => transport.lines(name, route, input)])
  return Object.fromEntries(operations) as Streams<A>
}
