import type {
  Api,
  Body,
  Line,
  Params,
  PrincipalOf,
  Query,
  Response,
  Route,
  StreamFormat,
  Surface,
} from '@micro/contracts'
import type { IdempotencyClaim } from './idempotency.ts'
import type { HtmlPage } from './html-page.ts'
import type { StreamReply } from './stream-reply.ts'

/** What was sent to a route whose caller signs instead of showing a key; nothing of it was verified. */
export interface SignedBody {
  /** The body's exact text. */
  readonly payload: string
  /** Of the `Stripe-Signature` header; empty without one. */
  readonly signature: string
}

/** One call of an operation, validated: what a handler gets to see. */
export interface Call<R extends Route> {
  readonly principal: PrincipalOf<R>
  readonly params: Params<R>
  readonly query: Query<R>
  readonly body: Body<R>
  /** Whether the body came as text that may become numbers and booleans (form encoding). */
  readonly coerced: boolean
  readonly surface: Surface
  readonly requestId: string
  /** The caller's address, for throttling only. Empty for calls between services. */
  readonly clientIp: string
  /** Others could listen on the caller's way to the gateway, and so to the answer. Never so between services. */
  readonly inClear: boolean
  /** Present when the caller sent an `Idempotency-Key` on a route that honours it. */
  readonly idempotency: IdempotencyClaim | undefined
  /** Present on the routes that say so. */
  readonly signed: SignedBody | undefined
  /** The format the caller's `Accept` asks for, of those the route streams. */
  readonly accepts: StreamFormat | undefined
  /**
   * Only of routes that stream: aborted when the caller has left, or whoever serves it is about to end. What waits, or
   * never ends by itself, ends on it.
   */
  readonly signal: AbortSignal
}

/** An answer with a status of its own; a bare body means the route's success status. */
export class Reply<Body = unknown> {
  readonly status: number
  readonly body: Body
  constructor(status: number, body: Body) {
    this.status = status
    this.body = body
  }
}

export const reply = <Body>(status: number, body: Body): Reply<Body> => new Reply(status, body)

/** One handler per operation; a missing or misspelt one does not compile. */
export type Handlers<A extends Api> = {
  readonly [K in keyof A]: (
    call: Call<A[K]>,
  ) => Promise<
    A[K] extends { readonly page: true } ? HtmlPage : Response<A[K]> | Reply | StreamReply<Line<A[K]> & object>
  >
}

/**
 * Pure checks of parameters that a schema cannot state. They run before an idempotency key is claimed: of a request
 * refused here nothing is stored, not even a fingerprint. They throw the Fault that names what is wrong.
 */
export type Checks<A extends Api> = {
  readonly [K in keyof A]?: (call: Call<A[K]>) => void
}
