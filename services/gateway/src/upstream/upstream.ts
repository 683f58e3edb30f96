import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RequestContext } from '@micro/service'

/**
 * The way to a service. Whatever the adapter: the service sees the context as established here and nothing of it from
 * the wire, and every answer, its own errors included, leaves in the error envelope.
 */
export interface Upstream {
  /** Takes over the exchange: answers it, also when the service cannot be reached, and when the body is larger. */
  handle(request: IncomingMessage, response: ServerResponse, context: RequestContext, bodyBytesMax?: number): void
}
