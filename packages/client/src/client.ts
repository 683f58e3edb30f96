import type { Api, Input, Response, Route } from '@micro/contracts'

/** Carries one operation to the service that offers it, and its answer back. */
export interface Transport {
  /** Throws a Fault (in process) or an ApiError (over HTTP) when the operation ends without a success. */
  execute(operation: string, route: Route, input: CallInput): Promise<unknown>
}

export interface CallInput {
  readonly params?: object
  readonly query?: object
  readonly body?: object
  readonly idempotencyKey?: string
  readonly requestId?: string
}

export type Client<A extends Api> = {
  readonly [K in keyof A]: (input: Input<A[K]>) => Promise<Response<A[K]>>
}

/** One typed function per operation of the contract; which transport carries it is the composition root's choice. */
export const createClient = <A extends Api>(api: A, transport: Transport): Client<A> => {
  const operations = Object.entries(api).map(([name, route]) => [
    name,
    (input: CallInput) => transport.execute(name, route, input),
  ])
  return Object.fromEntries(operations) as Client<A>
}
