// Apart from index.ts, so that whoever runs every service in one process does not load a Redis client.
export { clientIpHeader, inClearHeader, requestIdHeader, tokenRefusedHeader } from './door.ts'
export { runHosted, type Host } from './host.ts'
export { serve } from './serve.ts'
