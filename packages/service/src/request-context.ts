import type { IncomingMessage } from 'node:http'
import type { Principal } from '@micro/contracts'
import type { TraceContext } from './traces/trace-context.ts'

/** What the gateway knows about a request and a service believes. Never read from headers: a client could send those. */
export interface RequestContext {
  readonly requestId: string
  /** Undefined on public routes. */
  readonly principal: Principal | undefined
  readonly clientIp: string
  /** Others could listen on the caller's way to the gateway. */
  readonly inClear?: boolean
  /** The trace this request is part of, if any. */
  readonly trace?: TraceContext | undefined
  /** The client sent HEAD: no body of the answer reaches it. */
  readonly headOnly?: boolean
  /** Its route may answer with a stream, or keep the caller waiting. */
  readonly mayStream?: boolean
  /** Aborted when the server that took the request is about to end. */
  readonly draining?: AbortSignal
}

const contexts = new WeakMap<IncomingMessage, RequestContext>()

/** Ties what was established about the caller to the request object itself, out of reach of anything on the wire. */
export const attachContext = (request: IncomingMessage, context: RequestContext): void => {
  contexts.set(request, context)
}

export const contextOf = (request: IncomingMessage): RequestContext | undefined => contexts.get(request)
