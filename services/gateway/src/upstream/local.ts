import { attachContext, type Service } from '@micro/service'
import type { Upstream } from './upstream.ts'

/**
 * A service of the same process: its router gets the gateway's own request and response, with no socket and no second
 * parse between. The service must have been started.
 */
export const localUpstream = (service: Pick<Service, 'http'>): Upstream => ({
  handle(request, response, context) {
    attachContext(request, context)
    service.http.routing(request, response)
  },
})
